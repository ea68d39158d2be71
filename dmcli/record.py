"""Records: immutable values with names for their parts. Enumerations: a fixed set of values, each with a name.

A `Record` is what `typing.NamedTuple` is, and type checkers take it for that. But NamedTuple writes Python source for
each class and compiles it, and compiles the annotation of each field too: the forty classes of one call took longer to
make than the call itself. Here a class costs no more than any other. So it is with an `Enumeration`,
which is what `enum.Enum` is where no value has two names. What no start loads may be either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

__all__ = ["Enumeration", "Record"]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from enum import Enum as Enumeration
    from typing import NamedTuple as Record
    from typing import Self
else:
    from collections import _tuplegetter  # what NamedTuple reads its fields by; a property takes four times as long

    _NOTHING = object()

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
        _values: ClassVar[tuple[Any, ...]] = ()  # what the fields have where nothing is given
        _needed: ClassVar[int] = 0  # fields, the first ones, that have nothing then

        def __init_subclass__(cls) -> None:
            cls._fields = tuple(cls.__annotations__)
            cls._values = tuple([vars(cls).get(name, _NOTHING) for name in cls._fields])
            cls._needed = cls._values.count(_NOTHING)
            for place, name in enumerate(cls._fields):
                setattr(cls, name, _tuplegetter(place, None))

        def __new__(cls, *values: Any, **named: Any) -> Self:
            """The record of these values, the first of them by place. Raises TypeError for too many or too few."""
            given = len(values)
            if given < len(cls._fields):
                values = (*values, *map(named.pop, cls._fields[given:], cls._values[given:]))
            if named or len(values) > len(cls._fields) or _NOTHING in values[given : cls._needed]:
                told = f"{given} values and {sorted(named)}"  # untranslated: for programmers
                raise TypeError(f"{cls.__name__}{cls._fields} of {told}")  # untranslated: same
            return tuple.__new__(cls, values)

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changed: Any) -> Self:
            # By way of a list: a tuple of a length that is not known beforehand is kept by Python once it is let go.
            made = tuple.__new__(type(self), list(map(changed.pop, self._fields, self)))
            if changed:
                raise TypeError(f"{type(self).__name__}{self._fields} has no {sorted(changed)}")  # untranslated: same
            return made

    class _Members(type):
        def __iter__(cls) -> Iterator[Any]:
            return iter(cls._members)

    class Enumeration(metaclass=_Members):
        """Members with a `name` and a `value`: what a subclass assigns, in its order.

        >>> class Side(Enumeration):
        ...     LEFT = "left"
        ...     RIGHT = "right"
        >>> Side.LEFT, Side.RIGHT.name, [side.value for side in Side]
        (<Side.LEFT: 'left'>, 'RIGHT', ['left', 'right'])
        """

        _members: ClassVar[tuple[Any, ...]] = ()

        def __init_subclass__(cls) -> None:
            named = {
                name: value for name, value in vars(cls).items() if name[0] != "_" and not hasattr(value, "__get__")
            }
            cls._members = tuple([cls(*item) for item in named.items()])
            for member in cls._members:
                setattr(cls, member.name, member)

        def __init__(self, name: str, value: Any) -> None:
            self.name, self.value = name, value

        def __repr__(self) -> str:
            return f"<{self}: {self.value!r}>"

        def __str__(self) -> str:
            return f"{type(self).__name__}.{self.name}"

        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            return getattr, (type(self), self.name)  # a copy is the member itself
