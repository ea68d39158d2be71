"""Records: immutable values with names for their parts.

A `Record` is what `typing.NamedTuple` is, and type checkers take it for that. But NamedTuple writes Python source for
each class and compiles it, and compiles the annotation of each field too: the forty classes of one call took longer to
make than the call itself. Here a class costs no more than any other. What no start loads may be either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

__all__ = ["Record"]

if TYPE_CHECKING:
    from typing import NamedTuple as Record
    from typing import Self
else:
    from operator import itemgetter

    class Record(tuple):  # noqa: SLOT001  only a metaclass could give its subclasses slots
        """A tuple whose items have names: the annotated fields of a subclass, in their order, with their defaults.

        >>> class Place(Record):
        ...     line: int
        ...     column: int = 1
        >>> place = Place(7)
        >>> place, place.line, place._replace(column=3) == (7, 3)
        (Place(line=7, column=1), 7, True)
        """

        _fields: ClassVar[tuple[str, ...]] = ()
        _field_defaults: ClassVar[dict[str, Any]] = {}

        def __init_subclass__(cls) -> None:
            cls._fields = tuple(cls.__annotations__)
            cls._field_defaults = {name: vars(cls)[name] for name in cls._fields if name in vars(cls)}
            for place, name in enumerate(cls._fields):
                setattr(cls, name, property(itemgetter(place)))

        def __new__(cls, *values: Any, **named: Any) -> Self:
            """The record of these values, the first of them by place. Raises TypeError for too many or too few."""
            if named or len(values) != len(cls._fields):
                rest = cls._fields[len(values) :]
                known = cls._field_defaults | named
                if len(values) > len(cls._fields) or not named.keys() <= set(rest) <= known.keys():
                    given = f"{len(values)} values and {sorted(named)}"  # untranslated: for programmers
                    raise TypeError(f"{cls.__name__}{cls._fields} of {given}")  # untranslated: same
                values += tuple([known[name] for name in rest])
            return tuple.__new__(cls, values)

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changed: Any) -> Self:
            made = tuple.__new__(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise TypeError(f"{type(self).__name__}{self._fields} has no {sorted(changed)}")  # untranslated: same
            return made
