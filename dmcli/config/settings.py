"""Settings of a run: flags, profiles, environment and defaults laid over each other, each value with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api.regions import DEFAULT_REGION, REGIONS
from dmcli.config.file import SANDBOX, VALUES, ConfigFile, load_file, no_profile, value_problem
from dmcli.config.values import BUILT_IN, FLAG, LOCAL, VENDOR, WORDS, Found, check_region, endpoint_of, plain_word
from dmcli.errors import ConfigError, DmError
from dmcli.local.paths import config_path
from dmcli.record import Record
from dmcli.words import locale, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES = {
    "region": ("ALIBABA_CLOUD_REGION_ID", "ALIBABACLOUD_REGION_ID", "ALICLOUD_REGION_ID", "REGION_ID", "REGION"),
    "endpoint": ("DM_ENDPOINT",),
    "output": ("DM_OUTPUT",),
    "lang": ("DM_LANG",),
    "ca_bundle": ("DM_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
}
_GENERIC = ("REGION_ID", "REGION")  # other tools use these too, for regions of theirs
_SANDBOX_VALUES = {"region": DEFAULT_REGION, "from": "noreply@sandbox.test"}


class Flags(Record):
    """What was typed; empty where nothing was."""

    profile: str = ""
    region: str = ""
    endpoint: str = ""
    output: str = ""
    lang: str = ""
    ca_bundle: str = ""


class Settings(Record):
    """The resolved settings of a run.

    `endpoint` is a base URL like https://dm.aliyuncs.com, empty for the sandbox in this process; it is plain HTTP only
    where somebody gave it so. `output` and `api_version` are empty where nobody chose.
    `signature` is v1 or v3. `ca_bundle` is a file of certificates to trust, empty for the usual ones. `sources` says
    where each value came from, by its name in the file.
    """

    profile: str
    region: str
    endpoint: str
    sender: str
    output: str
    lang: str
    signature: str
    api_version: str
    ca_bundle: str
    sandbox: bool
    sources: dict[str, str]
    warnings: tuple[str, ...]

    @property
    def local(self) -> bool:
        """Whether calls stay on this machine: in this process, or to an endpoint on it."""
        host = self.endpoint.partition("://")[2]
        return not host or host.rsplit(":", 1)[0] in LOCAL or host in LOCAL


def resolve(flags: Flags, environ: Mapping[str, str]) -> Settings:
    """The settings that flags, environment and the files they name come to.

    >>> environ = {"HOME": "/nobody", "DM_LANG": "zh"}
    >>> settings = resolve(Flags(region="ap-southeast-1"), environ)
    >>> settings.endpoint, settings.lang
    ('https://dm.ap-southeast-1.aliyuncs.com', 'zh')
    >>> settings.sources["region"], settings.sources["lang"]
    ('--region', 'DM_LANG')

    Raises ConfigError for what is wrong in a file or the environment, InputError for a flag, LocalIOError for a file
    that cannot be read.
    """
    file = load_file(config_path(environ))
    profile, source, explicit = choose_profile(flags, environ, file)
    sandbox = profile == SANDBOX
    found = _find_values(flags, environ, file, profile if explicit or sandbox else "")
    region, endpoint, warnings = _place(found["region"], found["endpoint"], sandbox=sandbox)
    found |= {"region": region, "endpoint": endpoint}
    return Settings(
        profile=profile,
        region=region.text,
        endpoint=endpoint.text,
        sender=found["from"].text,
        output=found["output"].text,
        lang=found["lang"].text,
        signature=found["signature"].text,
        api_version=found["api_version"].text,
        ca_bundle=found["ca_bundle"].text,
        sandbox=sandbox,
        sources={"profile": source} | {name: value.source for name, value in found.items()},
        warnings=(*file.warnings, *warnings),
    )


def choose_profile(flags: Flags, environ: Mapping[str, str], file: ConfigFile) -> tuple[str, str, bool]:
    """The profile in use ("" for none), what chose it, and whether that was explicit: by flag or DM_PROFILE.

    Raises ConfigError when there is no such profile.
    """
    choices = (
        (flags.profile, "--profile", True),
        (environ.get("DM_PROFILE", ""), "DM_PROFILE", True),
        (file.default, tr("default in {path}", path=file.path), False),
    )
    name, source, explicit = next((choice for choice in choices if choice[0]), ("", tr("not set"), False))
    if name:
        check_profile(file, name, source)
    return name, source, explicit


def check_profile(file: ConfigFile, name: str, source: str) -> None:
    """Raise ConfigError, with what chose it, where there is no profile of that name."""
    known = [*file.profiles, SANDBOX]
    if name not in known:
        problem = no_profile(name, known, file.path)
        raise ConfigError(tr("{source}: {problem}", source=source, problem=problem))


def _find_values(flags: Flags, environ: Mapping[str, str], file: ConfigFile, profile: str) -> dict[str, Found]:
    """Every value from the highest source that has it; `profile` is the explicit one, or the sandbox."""
    chosen, variable = locale(environ)
    found = {name: Found(source=tr("not set")) for name in VALUES} | {
        "region": Found(DEFAULT_REGION, tr("built in")),
        "lang": Found(chosen, tr(variable)),
        "signature": Found("v1", tr("built in")),
    }
    # From the lowest to the highest, so that what comes later wins.
    for rank, layer in reversed(list(enumerate(_layers(flags, environ, file, profile)))):
        found |= {name: Found(text, source, rank) for name, (text, source) in layer.items() if text}
    if found["region"].rank == BUILT_IN:
        found["region"] = _vendor_region(environ) or found["region"]
    for name, value in found.items():
        if problem := value_problem(name, value.text):
            raise value.error(problem)
    return found | {name: plain_word(found[name], words) for name, words in WORDS.items()}


def _layers(
    flags: Flags, environ: Mapping[str, str], file: ConfigFile, profile: str
) -> tuple[dict[str, tuple[str, str]], ...]:
    """Values and their sources: flags, explicit profile, environment, default profile; an empty value is none."""

    def values_of(name: str) -> dict[str, tuple[str, str]]:
        entry = file.entry(name)
        return {key: (value, entry.source) for key, value in entry.values.items() if key in VALUES}

    typed = {name: (value, f"--{name.replace('_', '-')}") for name, value in flags._asdict().items() if name in VALUES}
    variables = {
        name: next(((environ[variable], variable) for variable in known if _usable(environ, variable)), ("", ""))
        for name, known in _VARIABLES.items()
    }
    default = values_of(file.default)
    if profile != SANDBOX:
        return typed, values_of(profile), variables, default
    # What belongs to an account stays out of the sandbox; how results look does not.
    default = {name: default[name] for name in ("output", "lang") if name in default}
    return typed, {name: (value, tr("built in")) for name, value in _SANDBOX_VALUES.items()}, variables, default


def _usable(environ: Mapping[str, str], variable: str) -> bool:
    """Whether a variable has a value that can be meant for us."""
    value = environ.get(variable, "")
    return value in REGIONS if variable in _GENERIC else bool(value)


def _vendor_region(environ: Mapping[str, str]) -> Found | None:
    """The region of the vendor CLI's profile, if there is one."""
    from dmcli.config.vendor import cli_file

    try:
        file = cli_file(environ)
    except DmError:  # told to those who want keys from that file; others can do without it
        return None
    entry = file.entries.get(file.chosen)
    return Found(entry.first("region_id"), entry.source, VENDOR) if entry and entry.first("region_id") else None


def _place(region: Found, endpoint: Found, *, sandbox: bool) -> tuple[Found, Found, list[str]]:
    """Region and endpoint as they go together, and warnings. Raises ConfigError or InputError."""
    warnings = []
    if endpoint.text and region.rank < endpoint.rank and not sandbox:
        # An endpoint set further down than the region is that of another region.
        warnings = [
            tr(
                "{source} chooses region {region}, so the endpoint of {other} is not used",
                source=region.source,
                region=region.text,
                other=endpoint.source,
            )
        ]
    elif endpoint.text:
        url, host = endpoint_of(endpoint)
        if region.rank > endpoint.rank:
            same = [name for name, known in REGIONS.items() if known.host == host]
            region = (
                Found(same[0], tr("the host of {source}", source=endpoint.source), endpoint.rank) if same else region
            )
        return region, endpoint._replace(text=url), warnings
    check_region(region)
    if sandbox:
        return region, Found("", tr("built in")), warnings
    return region, Found(f"https://{REGIONS[region.text].host}", tr("region {region}", region=region.text)), warnings


def sandbox_region(flags: Flags) -> str:
    """The region of the sandbox in this process, which no profile but its own has a say in. Raises InputError."""
    region = Found(flags.region, "--region", FLAG)
    if region.text:
        check_region(region)
    return region.text
