"""Domains and the zones they are in: which part of a name somebody registered, and hosts relative to that."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    """The public suffixes below which registries give out names (its ICANN part), as old as the package is."""
    import pkgutil  # reads from a zipapp too, which the package by itself does not

    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(pkgutil.get_data("publicsuffixlist", "public_suffix_list.dat"), only_icann=True)


def list_date() -> str:
    """The day of the list of public suffixes, as the package's version has it."""
    from importlib.metadata import version

    day = version("publicsuffixlist").rpartition(".")[2]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def main_domain(name: str) -> str:
    """The registrable domain that a name, in ASCII, is or is in; "" for a public suffix, which nobody can register.

    >>> main_domain("mail.corp.example.com"), main_domain("mail.example.com.cn"), main_domain("com.cn")
    ('example.com', 'example.com.cn', '')
    """
    return _suffixes().privatesuffix(name) or ""


def host_in_zone(label: str, name: str) -> str:
    """A host of a domain as it is typed at a DNS provider: relative to the main domain, whose zone it is in.

    >>> host_in_zone("aliyundm", "example.net"), host_in_zone("_dmarc", "mail.corp.example.com")
    ('aliyundm', '_dmarc.mail.corp')
    """
    return f"{label}.{name}".removesuffix(f".{main_domain(name)}")
