"""File-name templates: ``{agent}_{started:%Y%m%d-%H%M%S}_{call_id}`` says what the parts of a name mean.

Templates are written by users, so they become RE2 expressions: matching takes linear time whatever they hold.
"""

from __future__ import annotations

import os
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

import re2

from pipeline.errors import UsageError
from pipeline.ingest.values import cleaned, moment_in, since_epoch
from pipeline.messages import Message

FIELDS = {
    "agent": "agent_id",
    "agent_name": "agent_name",
    "team": "team",
    "queue": "queue",
    "direction": "direction",
    "customer": "customer_number",
    "call_id": "call_id",
}
"""Names in templates, and the field of a Call that each fills; ``started`` is the one with a format."""
_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "y": 2, "j": 3}
_DEFAULT_TIME = "%Y%m%d%H%M%S"
_EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What a file name says about a call."""

    values: dict[str, str]
    """Field of a Call -> text."""
    started_at: datetime | None = None


class Template:
    """One compiled template; a ``/`` in it matches folders."""

    def __init__(self, text: str, *, direction: str | None = None) -> None:
        """Compile ``text``; ``direction`` is what every name of this form implies.

        Raises:
            UsageError: unbalanced braces, an unknown, repeated or touching field, an unknown directive.
        """
        self.text = text
        self._direction = direction
        self._time_format: str | None = None
        self._names: list[str] = []
        expression, open_end = "", False
        for literal, name, spec in _parts(text):
            if literal:
                expression, open_end = expression + re2.escape(literal), False
            if name is None:
                continue
            piece, variable = self._piece(name, spec)
            if variable and open_end:
                raise UsageError(Message("file-name.touching", template=text))
            expression, open_end = expression + piece, variable
        if not self._names:
            raise UsageError(Message("file-name.no-field", template=text))
        self._depth = text.count("/") + 1
        self.expression = expression
        self._pattern = re2.compile(expression)

    def _piece(self, name: str, spec: str) -> tuple[str, bool]:
        """The expression of a field, and whether its length varies."""
        if name in ("", "_"):
            return "[^/]*?", True
        if name in self._names:
            raise UsageError(Message("file-name.twice", template=self.text, field=name))
        self._names.append(name)
        if name == "started":
            self._time_format = spec or _DEFAULT_TIME
            return f"(?P<started>{_time_expression(self.text, self._time_format)})", False
        if name not in FIELDS or spec:
            known = Message("join.list", parts=(*FIELDS, "started:%Y%m%d..."))
            field = f"{name}:{spec}" if spec else name
            raise UsageError(Message("file-name.unknown-field", template=self.text, field=field, known=known))
        return f"(?P<{name}>[^/]+?)", True

    def match(self, path: PurePath) -> NameFacts | None:
        """Read a path relative to the dump, its ending removed; None if the name has another form."""
        match = self._pattern.fullmatch("/".join(path.parts[-self._depth :]))
        if match is None:
            return None
        found = match.groupdict()
        started = None
        if self._time_format is not None:
            started = _time(found.pop("started"), self._time_format)
            if started is None:
                return None
        values = {FIELDS[name]: value for name, value in found.items() if cleaned(value)}
        if self._direction is not None:
            values["direction"] = self._direction
        return NameFacts(values, started)


def _parts(text: str) -> Iterable[tuple[str, str | None, str]]:
    try:
        for literal, name, spec, conversion in string.Formatter().parse(text):
            if conversion:
                raise UsageError(Message("file-name.conversion", template=text, conversion=conversion))
            yield literal, name, spec or ""
    except ValueError as error:
        raise UsageError(Message("file-name.braces", template=text, problem=str(error))) from error


def _time_expression(template: str, time_format: str) -> str:
    if time_format == _EPOCH:
        return r"\d{10}"
    out, position = "", 0
    for directive in re.finditer("%(.?)", time_format):
        out += re2.escape(time_format[position : directive.start()])
        if directive[1] not in _DIGITS:
            known = " ".join(f"%{name}" for name in _DIGITS)
            raise UsageError(
                Message("file-name.directive", template=template, directive=directive[1], known=known)
            )
        out += rf"\d{{{_DIGITS[directive[1]]}}}"
        position = directive.end()
    return out + str(re2.escape(time_format[position:]))


def _time(text: str, time_format: str) -> datetime | None:
    try:
        if time_format == _EPOCH:
            return since_epoch(int(text))
        return datetime.strptime(text, time_format)
    except (ValueError, OverflowError, OSError):
        return None


_MONITOR = "{started:%Y%m%d-%H%M%S}-{call_id}"
BUILT_IN = (
    # Asterisk, FreePBX, Issabel: TYPE-DESTINATION-SOURCE-date-time-uniqueid
    # (behind force-DID the number is the caller's)
    Template("force-{}-{customer}-" + _MONITOR),
    Template("out-{customer}-{agent}-" + _MONITOR, direction="outbound"),
    Template("in-{}-{customer}-" + _MONITOR, direction="inbound"),
    Template("q-{queue}-{customer}-" + _MONITOR, direction="inbound"),
    Template("rg-{queue}-{customer}-" + _MONITOR, direction="inbound"),
    Template("exten-{agent}-{customer}-" + _MONITOR),
    Template("external-{}-{}-" + _MONITOR),
    Template("internal-{}-{}-" + _MONITOR, direction="internal"),
    Template("OUT{agent}-" + _MONITOR, direction="outbound"),  # Elastix and older
    Template("q{queue}-" + _MONITOR, direction="inbound"),
    Template("auto-{started:epoch}-{}-{}"),
    # VICIdial
    Template("{started:%Y%m%d-%H%M%S}_{customer}_{agent}-all"),
    Template("{started:%Y%m%d-%H%M%S}_{customer}-all"),
    # FreeSWITCH: mod_callcenter's record template; then record_session, where either party may have called
    Template("{started:%Y-%m-%d-%H-%M-%S}.{queue}.{customer}.{call_id}", direction="inbound"),
    Template("{started:%Y-%m-%d-%H-%M-%S}_{}_{}"),
)


def _all_forms(templates: Iterable[Template]) -> Any:
    """Says at once which of the templates a name has the form of: most of a dump have none."""
    forms = re2.Set.FullMatchSet()
    for template in templates:
        forms.Add(template.expression)
    forms.Compile()
    return forms


_FORMS = _all_forms(BUILT_IN)
_UNIQUEID = re.compile(r"(\d{10})\.\d{1,9}")


def read_name(path: PurePath, templates: Iterable[Template]) -> NameFacts:
    """What the first matching template (those given, then the built-in ones) says about a relative path."""
    bare = PurePath(printable(path.with_name(path.stem or path.name)))
    for template in (*templates, *(BUILT_IN[index] for index in sorted(_FORMS.Match(bare.name) or ()))):
        facts = template.match(bare)
        if facts is not None:
            return facts
    uniqueid = _UNIQUEID.fullmatch(bare.name)  # Asterisk: seconds since 1970 and a counter
    return NameFacts({}, _time(uniqueid[1], _EPOCH) if uniqueid else moment_in(bare.name))


def printable(path: PurePath | str) -> str:
    """A path as text that any database and terminal takes: not UTF-8 is read as GB18030, or escaped."""
    raw = os.fsencode(path)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
