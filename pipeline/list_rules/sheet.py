"""Files of rules over the call list: YAML with line numbers, every error with its place and remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import time, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from pipeline.errors import RubricError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message, ValueRefused
from pipeline.messages import title as named
from pipeline.rubric.load import MAX_BYTES, entry_problem, innermost
from pipeline.rubric.sheet import ID
from pipeline.rubric.window import Options
from pipeline.yaml_file import YamlError, line_of, read_text


def _clock(given: object) -> object:
    """``22:00`` as time of the day.

    Raises:
        ValueRefused: anything else; 24:00 is 00:00.
    """
    if isinstance(given, time):
        return given
    try:
        return time.fromisoformat(str(given))
    except ValueError as error:
        raise ValueRefused(Message("list-rules.no-clock", text=str(given))) from error


Clock = Annotated[time, BeforeValidator(_clock)]
Relations = tuple[Literal["self", "third-party", "emergency"], ...]


class Where(Options):
    """Which rows a rule is about."""

    direction: Literal["inbound", "outbound", "any"] | None = Field(
        None, description="default: outbound; for the check recording: any"
    )
    queue: tuple[str, ...] = Field((), description="any of these stands in the queue's name")
    team: tuple[str, ...] = Field((), description="any of these stands in the team's name")
    purpose: tuple[str, ...] = Field((), description="any of these stands in the list's purpose")


class _Rule(Options):
    id: str = Field(pattern=ID, description="stays the same, so that trends survive")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", description="the title in English")
    source: str = Field("", description="the regulation it is from")
    where: Where = Field(
        default_factory=lambda: Where.model_validate({}),
        description="which rows; default: every outbound row",
    )

    @property
    def said(self) -> Message:
        return named(self.title, self.title_en)

    @property
    def direction(self) -> str:
        return self.where.direction or "outbound"

    @property
    def lookback_days(self) -> int:
        """How many days before the first judged one matter."""
        return 0


class HoursRule(_Rule):
    """Nobody is called in these hours of the day."""

    check: Literal["hours"]
    first: Clock = Field(alias="from", description="first moment that is forbidden")
    end: Clock = Field(alias="to", description="first moment that is allowed again; may be after midnight")

    @model_validator(mode="after")
    def _some_hours(self) -> Self:
        if self.first == self.end:
            raise ValueRefused(Message("list-rules.no-hours"))
        return self

    def forbids(self, moment: time) -> bool:
        if self.first < self.end:
            return self.first <= moment < self.end
        return moment >= self.first or moment < self.end


class AttemptsRule(_Rule):
    """So many tries to one number in a day, at most."""

    check: Literal["attempts"]
    count: Literal["unanswered", "answered", "all"] = Field("unanswered", description="which tries count")
    most: int = Field(ge=1, le=10_000, description="tries to a number in a day, at most")


class PauseRule(_Rule):
    """A pause between two tries to one number."""

    check: Literal["pause"]
    minutes: float = Field(gt=0, le=1440, description="between the beginnings of two tries, at least")

    @property
    def lookback_days(self) -> int:
        return 1


class ThirdPartyRule(_Rule):
    """No third party is contacted while the person themself can be reached."""

    check: Literal["third-party"]
    reached_days: int = Field(
        30, ge=1, le=366, description="reached themself in the same case within so many days: not lost"
    )
    lost_tries: int = Field(
        1, ge=1, le=1000, description="so many tries since then without an answer: contact is lost"
    )
    relations: Relations = Field(
        ("third-party", "emergency"), min_length=1, description="who is a third party"
    )

    @property
    def lookback_days(self) -> int:
        return self.reached_days


class RecordingRule(_Rule):
    """An answered call has a recording."""

    check: Literal["recording"]
    min_seconds: float = Field(10, ge=0, description="shorter talks need none")
    min_share: float = Field(
        0.5, ge=0, le=1, description="days of which a smaller share is recorded are not judged"
    )

    @property
    def direction(self) -> str:
        return self.where.direction or "any"


ListRule = HoursRule | AttemptsRule | PauseRule | ThirdPartyRule | RecordingRule
_AnyRule = Annotated[ListRule, Field(discriminator="check")]


class ListRules(Options):
    """A file of rules."""

    name: str = Field(min_length=1, description="what the file is called on the page")
    timezone: str | None = Field(None, description="of the centre, such as Asia/Shanghai, for world times")
    rules: tuple[_AnyRule, ...] = Field(min_length=1, description="the rules")

    @field_validator("timezone")
    @classmethod
    def _known(cls, given: str | None) -> str | None:
        try:
            return given if given is None else ZoneInfo(given).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueRefused(Message("list-rules.no-zone", text=str(given))) from error

    @model_validator(mode="after")
    def _own_ids(self) -> Self:
        for name, count in Counter(rule.id for rule in self.rules).items():
            if count > 1:
                raise ValueRefused(Message("list-rules.twice", id=name))
        return self

    @cached_property
    def zone(self) -> tzinfo | None:
        return None if self.timezone is None else ZoneInfo(self.timezone)

    @property
    def lookback_days(self) -> int:
        return max(rule.lookback_days for rule in self.rules)


def load_list_rules(path: Path) -> ListRules:
    """Read and check a file of rules.

    Raises:
        RubricError: unreadable, not YAML, an unknown key or check, a value out of range; the message names
            file, line and remedy.
    """
    try:
        document: Any = read_text(
            read_plain(path, most=MAX_BYTES, remedy=Message("settlement.few-kilobytes")).decode("utf-8-sig")
        )
    except FileRefused as error:
        raise RubricError(error.message, path=path) from error
    except UnicodeDecodeError as error:
        raise RubricError(Message("file.not-utf8", byte=error.start), path=path) from error
    except YamlError as error:
        raise RubricError(error.message, path=path, line=error.line) from error
    if not isinstance(document, Mapping):
        raise RubricError(Message("list-rules.no-mapping"), path=path, line=1)
    try:
        return ListRules.model_validate(document)
    except ValidationError as error:
        # The place names the check between the rule's number and its key, which no key of the file does.
        details = [
            detail | {"loc": tuple(part for part in detail["loc"] if part not in _CHECKS)}
            for detail in error.errors()
        ]
        detail = innermost(document, details)
        problem = entry_problem(detail, _known_keys())
        raise RubricError(problem, path=path, line=line_of(document, detail["loc"])) from error


def load_rule_files(paths: Sequence[Path]) -> tuple[ListRules, ...]:
    """All files that the centre names.

    Raises:
        RubricError: one cannot be used, or two have a rule of the same id.
    """
    found, owners = [], dict[str, Path]()
    for path in paths:
        rules = load_list_rules(path)
        for rule in rules.rules:
            if rule.id in owners:
                raise RubricError(Message("list-rules.twice", id=rule.id), path=path)
            owners[rule.id] = path
        found.append(rules)
    return tuple(found)


_CHECKS = ("hours", "attempts", "pause", "third-party", "recording")


def _known_keys() -> set[str]:
    """Every key that the file may have, for suggestions."""
    schema = ListRules.model_json_schema(by_alias=True)
    models = [schema, *schema.get("$defs", {}).values()]
    return {key for model in models for key in model.get("properties", {})}
