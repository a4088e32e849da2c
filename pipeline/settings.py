"""Every setting once, with its default and its help.

A value comes, in this order, from the command line, from ``CALLINSPECT_*`` in the environment, from the
configuration file (``callinspect.toml``), from the default here.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from pipeline.domain import Openness, Relation, Satisfaction
from pipeline.environment import BETWEEN, PREFIX, no_json, variable, variable_of
from pipeline.errors import UsageError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Lang, Message, ValueRefused, languages
from pipeline.packs import Layers, Pack, read_packs
from pipeline.validation import TOML_PLACE, explained, toml_problem

CONFIG_FILE = Path("callinspect.toml")
_LARGEST_CONFIG = 1 << 20


def data_root() -> Path:
    """The folder that holds ``lexicons/``, ``rubrics/``, ``models/``: the checkout, or the installed copy."""
    checkout = Path(__file__).resolve().parent.parent
    return checkout if (checkout / "lexicons").is_dir() else Path(__file__).resolve().parent / "data"


def _offered(lang: Lang) -> Lang:
    if lang not in languages():
        raise ValueRefused(Message("config.one-of", known=Message("join.list", parts=languages())))
    return lang


def _database(store: str) -> str:
    """A path without ``sqlite:///`` before it is an SQLite file."""
    return store if not store or _URL.match(store) else f"sqlite:///{store}"


def _unless_empty(given: Any) -> Any:
    return None if given == "" else given


def _packs(given: Any) -> Any:
    return read_packs(given, data_root())


PathIfAny = Annotated[Path | None, BeforeValidator(_unless_empty)]
"""An empty one is none: as a path it would be the working directory."""


def _changes_results(default: Any, description: str, **limits: Any) -> Any:
    """A setting that can change an inspection: it is part of the fingerprint."""
    return Field(default, description=description, json_schema_extra={"changes_results": True}, **limits)


class CallListSettings(BaseModel):
    """How to read the call list and, where there is none, the file names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str] = Field(
        default_factory=dict, description="our column name -> the heading the CTI system writes"
    )
    encoding: str = Field(
        default="auto", description="encoding of the call list; auto tries UTF-8, UTF-16, then GB18030"
    )
    templates: tuple[str, ...] = Field(
        default=(), description="file-name templates, tried in order before the built-in ones"
    )
    settle_seconds: float = Field(
        default=3.0,
        ge=0,
        description="a file is taken once it has held still for so long; 0: at once",
    )
    satisfaction: dict[str, Satisfaction] = Field(
        default_factory=dict,
        description="what ratings mean: the list's text = very-satisfied, ..., very-dissatisfied, not-rated",
    )
    relations: dict[str, Relation] = Field(
        default_factory=dict,
        description="what the list calls whoever was reached: text = self, third-party or emergency",
    )
    rules: tuple[Path, ...] = Field(
        default=(), description="files of rules over the call list; none: nothing of it is judged"
    )
    callback_days: int = Field(
        default=1,
        ge=0,
        le=365,
        description="a very dissatisfied customer is to be called back so many days later",
    )


class ServeSettings(BaseModel):
    """The review room."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    hosts: tuple[str, ...] = Field(
        default=(), description="names under which browsers may ask for it, besides addresses and localhost"
    )
    public_url: str = Field(
        default="", description="address that people type, where a proxy stands before it (https://...)"
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="addresses or networks of proxies whose X-Forwarded-For is believed, such as 127.0.0.1",
    )
    certificate: Path | None = Field(default=None, description="TLS certificate (PEM), to serve https itself")
    key: Path | None = Field(default=None, description="the certificate's key (PEM)")
    idle_minutes: int = Field(default=480, ge=1, description="a session unused for so long ends")
    session_hours: int = Field(default=72, ge=1, description="a session ends after this in any case")
    body_kib: int = Field(default=1024, ge=16, description="the largest request that is read")
    sound_folder: PathIfAny = Field(
        default=None,
        description="where sound is kept in the form browsers play; default: the user's cache folder",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="who sends it as a bearer token may read /metrics from elsewhere; best as"
        " CALLINSPECT_SERVE__METRICS_TOKEN in the environment",
    )
    sound_mib: int = Field(default=4096, ge=1, description="how much of it is kept; an hour is 220 MiB")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for text in given:
            try:
                ipaddress.ip_network(text, strict=False)
            except ValueError as error:
                raise ValueRefused(Message("config.no-network", text=text)) from error
        return given


class AlertSettings(BaseModel):
    """By when a customer who threatens to go outside, or to harm themselves, is to be reported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    within: Mapping[str, Annotated[str, Field(pattern=r"^\d{1,3}[mhd]$")]] = Field(
        default_factory=dict,
        description="phrase code = time from the finding (30m, 4h), or working days after it (0d: same day)",
    )
    day_ends: int = Field(default=24, ge=1, le=24, description="hour at which a working day ends")
    working_days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        default=(1, 2, 3, 4, 5, 6, 7), min_length=1, description="days of the week, Monday 1"
    )
    first: tuple[str, ...] = Field(
        default=("esc-self-harm",), description="phrase codes whose alerts stand above all others"
    )


class AppealSettings(BaseModel):
    """How long everybody has when an agent appeals, in days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_days: float = Field(
        default=7,
        gt=0,
        le=3650,
        description="to file, from the inspection or the verdict, whichever is later",
    )
    lead_days: float = Field(
        default=3, gt=0, le=3650, description="for the team lead; then the appeal goes to the supervisor"
    )
    panel_days: float = Field(
        default=5, gt=0, le=3650, description="for the panel and the decision; then it is shown as overdue"
    )


class CoachingSettings(BaseModel):
    """What a centre allows in coaching."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    anonymous: bool = Field(
        default=False, description="whoever proposes a good recording may ask not to be named"
    )


class MailSettings(BaseModel):
    """Telling people by mail that a notice waits for them: the kind and a link, nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="", description="SMTP server; empty: no mail")
    port: int = Field(default=587, ge=1, le=65535, description="its port")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the connection is kept secret"
    )
    user: str = Field(default="", description="name to sign in with there; empty: without")
    password: SecretStr = Field(
        default=SecretStr(""), description="best as CALLINSPECT_MAIL__PASSWORD in the environment"
    )
    sender: str = Field(default="callinspect@localhost", description="address that mail comes from")
    seconds: float = Field(default=10, gt=0, le=120, description="how long the server is waited for")


class RunSettings(BaseModel):
    """Whoever watches over runs is told how they end: counts and a link, no name and no call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mail: tuple[str, ...] = Field(
        default=(), description="addresses that mail goes to; mail.host must be set"
    )
    webhook: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = Field(
        default="", description="address (http, https) that gets a POST with JSON; empty: none"
    )
    webhook_token: SecretStr = Field(
        default=SecretStr(""),
        description="a bearer token for it; best as CALLINSPECT_RUNS__WEBHOOK_TOKEN in the environment",
    )
    seconds: float = Field(default=10, gt=0, le=120, description="how long that address is waited for")
    always: bool = Field(default=False, description="also of runs that left nothing uninspected")


class OidcSettings(BaseModel):
    """Signing in by an identity provider (OpenID Connect)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(default="", description="address of the provider; empty: only passwords")
    client_id: str = Field(default="", description="our name there")
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="best as CALLINSPECT_OIDC__CLIENT_SECRET in the environment"
    )
    scope: str = Field(default="openid profile email", description="what is asked for")
    claim: str = Field(
        default="preferred_username", description="the claim that holds the account's name at the first time"
    )
    title: str = Field(default="OpenID Connect", description="the provider's name on the button")


class Settings(BaseSettings):
    """All settings of callinspect."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=BETWEEN,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        protected_namespaces=(),
    )

    store: Annotated[str, AfterValidator(_database)] = Field(
        "sqlite:///callinspect.db",
        description="database: the file of an SQLite one, or a URL: sqlite:///FILE, postgresql://...",
    )
    lang: Annotated[Lang, AfterValidator(_offered)] = Field(
        "zh", description="language of what people read: one that has a catalogue (zh, en)"
    )
    lexicons: Path = Field(
        default_factory=lambda: data_root() / "lexicons" / "zh", description="folder of lexicon files"
    )
    rubric: Path = Field(
        default_factory=lambda: data_root() / "rubrics" / "service.yaml", description="rubric file"
    )
    settlement: Path = Field(
        default_factory=lambda: data_root() / "rubrics" / "settlement.yaml",
        description="table of the monthly settlement: what counts, and what it comes to",
    )
    layer: PathIfAny = Field(
        None, description="folder of the centre's own rules, which are read over lexicons and rubric"
    )
    packs: Annotated[tuple[Pack, ...], BeforeValidator(_packs)] = Field(
        (), description="packs of rules switched on: a list, or a table NAME = [parts of queue names]"
    )
    models: Path = Field(
        default_factory=lambda: data_root() / "models", description="folder of speech models"
    )
    model: str = _changes_results(
        "base", "speech model: a name from the manifest, a faster-whisper size, or a folder"
    )
    language: str = _changes_results("zh", "language spoken in the calls, as Whisper names it")
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="where the speech model runs")
    compute_type: str = _changes_results("int8", "arithmetic of the speech model (CTranslate2 names)")
    meaning: str | None = _changes_results(
        None, "find phrases said in other words, for people to hear: use (extra `meaning`), or a folder"
    )
    vocabulary: PathIfAny = Field(
        None, description="list of the centre's own names, which are put right where they were misheard"
    )
    workers: Annotated[int, Field(ge=0)] = Field(
        0, description="worker processes; 0: as many as cores and memory allow"
    )
    keep_voices: bool = Field(
        False, description="keep agents' voices after a run, to compare later calls with; sensitive data"
    )
    calls: CallListSettings = Field(default_factory=CallListSettings, description="call list and file names")

    serve: ServeSettings = Field(default_factory=ServeSettings, description="the review room")
    oidc: OidcSettings = Field(default_factory=OidcSettings, description="signing in by an identity provider")
    alerts: AlertSettings = Field(
        default_factory=AlertSettings, description="deadlines of customers who threaten to go outside"
    )
    appeals: AppealSettings = Field(default_factory=AppealSettings, description="days of an appeal")
    openness: Openness = Field(
        Openness.OWN, description="whom agents see besides themselves: own (nobody), team, all, anonymised"
    )
    coaching: CoachingSettings = Field(
        default_factory=CoachingSettings, description="what a centre allows in coaching"
    )
    mail: MailSettings = Field(default_factory=MailSettings, description="notices by mail")
    runs: RunSettings = Field(default_factory=RunSettings, description="telling how runs end")

    @property
    def layers(self) -> Layers:
        """What is read over the lexicons and the sheet: the packs, and the centre's own layer."""
        return Layers(self.layer, self.packs)

    def layers_with(self, own: Path | None) -> Layers:
        """The same with another folder in the place of the centre's own layer."""
        return Layers(own, self.packs)

    def fingerprint(self, vocabulary: str = "") -> str:
        """Digest (16 hex digits) of the settings that can change a result.

        Args:
            vocabulary: digest of the list of names, of which the setting tells only the place.
        """
        chosen = {
            name: getattr(self, name)
            for name, field in type(self).model_fields.items()
            if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("changes_results")
        }
        if self.meaning is None:  # off is how it was before the setting existed
            del chosen["meaning"]
        if vocabulary:
            chosen["vocabulary"] = vocabulary
        return hashlib.sha256(json.dumps(chosen, sort_keys=True, default=str).encode()).hexdigest()[:16]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_config(path: Path) -> dict[str, Any]:
    """What a configuration file says, not yet checked; nothing where there is none.

    Raises:
        FileRefused: no plain file, or far too large.
        TOMLDecodeError, UnicodeDecodeError: not TOML.
    """
    if not path.exists():
        return {}
    raw = read_plain(path, most=_LARGEST_CONFIG, remedy=Message("config.few-kilobytes"))
    return tomllib.loads(raw.decode("utf-8"))


_FIELD = re.compile(r"for field \"(\w+)\"")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_TABLE = re.compile(r"\s*\[\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")


def _says(config: Any, place: Sequence[str | int]) -> bool:
    """Whether the configuration file has a value there."""
    for step in place:
        if not isinstance(config, dict) or step not in config:
            return False
        config = config[step]
        if isinstance(config, list):
            return True
    return True


def _last_line(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _line_of(path: Path, place: Sequence[str | int]) -> int | None:
    """The line where a setting stands in the file: ``key =`` below its table's heading, or the heading."""
    wanted = [str(step) for step in place if isinstance(step, str)]
    table: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        heading, key = _TABLE.match(line), _KEY.match(line)
        if heading:
            table = heading[1].split(".")
        if [*table, *(key[1].split(".") if key else ())] == wanted:
            return number
    return None


def load_settings(config: Path | None = None, **overrides: Any) -> Settings:
    """Read all sources; ``overrides`` that are None count as not given.

    Raises:
        UsageError: an unreadable configuration file, an unknown key, or a value out of range; it names the
            line of the file, or the variable of the environment, that the value comes from.
    """
    path = config or CONFIG_FILE
    if config is not None and not config.exists():
        raise UsageError(Message("config.no-file"), path=config)
    try:
        said = read_config(path)
    except FileRefused as error:
        raise UsageError(error.message, path=path) from error
    except UnicodeDecodeError as error:
        raise UsageError(Message("file.not-utf8", byte=error.start), path=path) from error
    except tomllib.TOMLDecodeError as error:
        place = TOML_PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else _last_line(path) if place else None
        raise UsageError(Message("config.toml", problem=toml_problem(error)), path=path, line=line) from error

    class FromFile(Settings):
        model_config = SettingsConfigDict(**{**Settings.model_config, "toml_file": path})

    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        found = FromFile(**given)
    except SettingsError as error:  # a list or a table that is no JSON
        field = _FIELD.search(str(error))
        assert field is not None
        annotation = Settings.model_fields[field[1]].annotation
        table = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
        steps = no_json(field[1], table)
        raise _wrong_variable(variable(*steps), ".".join(steps), Message("config.no-json")) from error
    except ValidationError as error:
        first = error.errors()[0]
        where, wrong = ".".join(map(str, first["loc"])), explained(first)
        if str(first["loc"][0]) not in given and (name := variable_of(first["loc"])):
            raise _wrong_variable(name, where, wrong) from error
        message = Message("config.setting", setting=where, problem=wrong)
        if first["loc"] and _says(said, first["loc"]) and str(first["loc"][0]) not in given:
            raise UsageError(message, path=path, line=_line_of(path, first["loc"])) from error
        raise UsageError(message) from error
    # worker processes get the settings by pickle, which cannot find a class made in a function
    return Settings.model_construct(**{name: getattr(found, name) for name in Settings.model_fields})


def _wrong_variable(name: str, setting: str, problem: Message) -> UsageError:
    return UsageError(Message("config.variable", variable=name, setting=setting, problem=problem))
