"""Reading a call list as CTI systems export it: any encoding or separator, each bad row named by its line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.domain import Call, ListedCall, Satisfaction
from pipeline.errors import CallListError
from pipeline.files import FileRefused, read_plain
from pipeline.ingest.columns import called_number, plain, read_channel, read_direction, recognise
from pipeline.ingest.discovery import Problem
from pipeline.ingest.outcomes import read_answered, read_rating, read_relation, read_seconds
from pipeline.ingest.values import cleaned, has_clock, is_total, narrow, read_time, rounded
from pipeline.messages import Message, system_problem
from pipeline.settings import CallListSettings

MAX_BYTES = 256 << 20
_SEPARATORS = (",", ";", "\t", "|", "，")
_LAST_HEADING = 15
"""Lines with something in them among which the headings are looked for."""
_KEYS = 100
"""More than all columns: a line that names calls or files is the heading before any other."""
_NUMBERS = ("call_id", "agent_id", "customer_number", "case_id")
"""Columns in which spreadsheets destroy numbers."""
_MOST_WORDS = 20
"""Words of one column that are told as unknown; a column of free text would fill the page."""
_MAX_ROW_LINES = 20
"""Lines one quoted row may span; a longer one is a quotation mark that nobody closed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One usable row."""

    line: int
    call: Call
    """With an empty call_id where the row has none."""
    files: tuple[str, ...]
    """As written: none, one, or the agent's and the customer's."""
    listed: ListedCall
    """What the row says beyond the sound."""

    @property
    def soundless(self) -> bool:
        """Nobody answered, so that no recording is missed."""
        return self.listed.answered is False and not self.files


@dataclass(frozen=True, slots=True)
class CallList:
    """The usable rows in their order, and what was wrong with the others."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    repeated: tuple[ListedCall, ...] = ()
    """Rows with the id of an earlier one that say something else, such as the second leg of a transfer: no
    call of its own, and something that happened all the same."""


def read_call_list(path: Path, settings: CallListSettings) -> CallList:
    """Read a call list.

    Raises:
        CallListError: nobody can read it: missing, no text, no heading that names the call or its file.
        UsageError: the configured columns do not exist.
    """
    lines = _text(path, settings.encoding).splitlines(keepends=True)
    filled = [i for i, line in enumerate(lines) if line.strip() and not line.lower().startswith("sep=")]
    if not filled:
        raise CallListError(Message("call-list.empty"), path=path)
    heading = _heading(lines, filled[:_LAST_HEADING], settings.columns)
    columns = recognise(heading.fields, settings.columns)
    if "call_id" not in columns and "file" not in columns:
        raise CallListError(
            Message("call-list.no-key", headings=Message("join.list", parts=tuple(heading.fields))),
            path=path,
            line=heading.line + 1,
        )
    reader = _Reader(path, heading.fields, columns, settings)
    return reader.read(lines, heading.next_line, heading.separator)


def _text(path: Path, encoding: str) -> str:
    try:
        if not path.exists():
            raise CallListError(Message("call-list.missing"), path=path)
        raw = read_plain(path, most=MAX_BYTES, remedy=Message("call-list.split"))
    except FileRefused as error:
        raise CallListError(error.message, path=path) from error
    except OSError as error:
        raise CallListError(Message("file.unreadable", problem=system_problem(error)), path=path) from error
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise CallListError(Message("call-list.workbook"), path=path)
    for name in _encodings(raw) if encoding == "auto" else (encoding,):
        try:
            return raw.decode(name).lstrip("\ufeff").replace("\0", "")
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise CallListError(Message("call-list.encoding", encoding=encoding), path=path) from None
    raise CallListError(Message("call-list.no-text"), path=path)


def _encodings(raw: bytes) -> tuple[str, ...]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    head = raw[:2000]
    if head[1::2].count(0) > len(head) // 8:
        return ("utf-16-le",)
    if head[::2].count(0) > len(head) // 8:
        return ("utf-16-be",)
    return ("utf-8", "gb18030")


@dataclass(frozen=True, slots=True)
class _Heading:
    """The line that names the columns, or the two that do together."""

    line: int
    next_line: int
    separator: str
    fields: list[str]


def _heading(lines: Sequence[str], candidates: Sequence[int], mapping: Mapping[str, str]) -> _Heading:
    """The first of the lines that makes the most headings known: above it stand titles and dates of export.

    Some lists have headings in two lines, 客户 over 号码 and 姓名; those count together.
    """
    best: tuple[int, _Heading] | None = None
    for line in candidates:
        for separator in _SEPARATORS:
            fields, taken = _record(lines, line, separator)
            heading = _Heading(line, line + max(1, taken), separator, [field.strip() for field in fields])
            for tried in (heading, _with_line_below(lines, heading)):
                known = recognise(tried.fields, mapping) if tried is not None else {}
                useful = len(known) + (_KEYS if {"call_id", "file"} & set(known) else 0)
                if tried is not None and (best is None or useful > best[0]):
                    best = useful, tried
    assert best is not None
    return best[1]


def _with_line_below(lines: Sequence[str], above: _Heading) -> _Heading | None:
    if above.next_line >= len(lines) or not any(not field for field in above.fields):
        return None
    below, taken = _record(lines, above.next_line, above.separator)
    if len(below) < len(above.fields) or not taken:
        return None
    over, fields = "", []
    for group, own in zip((*above.fields, *[""] * len(below)), below, strict=False):
        over = group or over
        fields.append(f"{over}{own.strip()}")
    return _Heading(above.line, above.next_line + taken, above.separator, fields)


def _record(lines: Sequence[str], start: int, separator: str) -> tuple[list[str], int]:
    """The fields of the record that starts at a line, and its number of lines; 0 if its quotes stay open."""
    reader = csv.reader(lines[start : start + _MAX_ROW_LINES], delimiter=separator)
    try:
        fields = next(reader, [])
    except csv.Error:
        return [], 0
    taken = max(1, reader.line_num)
    unclosed = taken > 1 and "".join(lines[start : start + taken]).count('"') % 2 == 1
    return fields, 0 if unclosed else taken


class _Reader:
    """Turns records into rows and collects the problems."""

    def __init__(
        self, path: Path, headings: Sequence[str], columns: Mapping[str, int], settings: CallListSettings
    ) -> None:
        self._path, self._headings, self._columns = path, headings, columns
        self._settings = settings
        self._unknown: dict[str, set[str]] = {}
        self._problems: list[Problem] = []
        self._seen: dict[str, Row] = {}
        self._repeats: dict[str, ListedCall] = {}
        self._called = called_number(headings, settings.columns)
        used = {plain(headings[position]) for position in columns.values()}
        for position, heading in enumerate(headings):
            if heading and position not in (*columns.values(), self._called):
                code = "call-list.same-heading" if plain(heading) in used else "call-list.unused-column"
                self._problem(1, Message(code, heading=heading))
        for name, heading in settings.columns.items():
            if name not in columns:
                self._problem(1, Message("call-list.no-such-column", column=name, heading=heading))

    def read(self, lines: Sequence[str], start: int, separator: str) -> CallList:
        rows = []
        for line, fields in self._records(lines, start, separator):
            row = self._row(line, fields)
            if row is not None and not self._repeated(row):
                rows.append(row)
        return CallList(tuple(rows), tuple(self._problems), tuple(self._repeats.values()))

    def _records(
        self, lines: Sequence[str], position: int, separator: str
    ) -> Iterator[tuple[int, list[str]]]:
        while position < len(lines):
            fields, taken = _record(lines, position, separator)
            if taken == 0:
                self._problem(position + 1, Message("call-list.open-quote"))
            elif any(field.strip() for field in fields):
                yield position + 1, [cleaned(field) for field in fields]
            position += taken or 1

    def _row(self, line: int, fields: list[str]) -> Row | None:
        if is_total(next(filter(None, fields), "")) and not self._field(fields, "file"):
            self._problem(line, Message("call-list.total"))
            return None
        fields = self._mended(line, fields)
        call_id = self._field(fields, "call_id")
        damaged = len(fields) < len(self._headings) or any(fields[len(self._headings) :])
        if len(fields) < len(self._headings):
            missing = len(self._headings) - len(fields)
            reason = Message("call-list.missing-fields", missing=missing, all=len(self._headings))
            self._problem(line, reason, call_id)
        elif any(fields[len(self._headings) :]):
            self._problem(line, Message("call-list.extra-fields"), call_id)
        files = tuple(part.strip() for part in self._field(fields, "file").split(";") if part.strip())
        if len(files) > 2:
            self._problem(line, Message("call-list.many-files", files=len(files)), call_id)
            return None
        call = self._call(line, fields, call_id)
        row = Row(line, call, files, self._listed(line, fields, call, files, damaged))
        if not call_id and row.soundless and call.started_at is not None and call.customer_number:
            return row  # a try that nobody answered has no recording, and in some lists no id
        if not call_id and not files:
            self._problem(line, Message("call-list.empty-row"))
            return None
        if not call_id and "call_id" in self._columns:
            self._problem(line, Message("call-list.no-call-id"))
        return row

    def _mended(self, line: int, fields: list[str]) -> list[str]:
        """The fields with numbers as they were; those that a spreadsheet rounded are told and left out."""
        out = list(fields)
        for name in _NUMBERS:
            position = self._columns.get(name)
            if position is None or position >= len(out):
                continue
            if rounded(out[position]):
                self._problem(line, Message("call-list.rounded", written=out[position]))
                out[position] = ""
            elif name != "call_id":
                out[position] = narrow(out[position])
        called = self._called
        if called is not None and called < len(out) and rounded(out[called]):
            self._problem(line, Message("call-list.rounded", written=out[called]))
            out[called] = ""
        return out

    def _call(self, line: int, fields: list[str], call_id: str) -> Call:
        date, clock = self._field(fields, "started_at"), self._field(fields, "time_of_day")
        started = f"{date} {clock}".strip()
        if date and clock and read_time(started) is None:  # the date has its own clock
            started = date
        channel = self._field(fields, "agent_channel")
        direction = read_direction(narrow(self._field(fields, "direction"))) or None
        call = Call(
            call_id=call_id,
            agent_id=self._field(fields, "agent_id") or None,
            agent_name=self._field(fields, "agent_name") or None,
            team=self._field(fields, "team") or None,
            queue=self._field(fields, "queue") or None,
            direction=direction,
            customer_number=self._customer(fields, direction),
            started_at=read_time(started) if started else None,
            agent_channel=read_channel(narrow(channel)) if channel else None,
            satisfaction=self._rating(line, fields, call_id),
        )
        if started and call.started_at is None:
            self._problem(line, Message("call-list.bad-time", written=started), call_id)
        if channel and call.agent_channel is None:
            self._problem(line, Message("call-list.bad-channel", written=channel), call_id)
        return call

    def _customer(self, fields: Sequence[str], direction: str | None) -> str | None:
        if direction != "outbound":
            return self._field(fields, "customer_number") or None
        if self._called is None or self._called >= len(fields):
            return None
        return narrow(fields[self._called]) or None

    def _rating(self, line: int, fields: Sequence[str], call_id: str) -> Satisfaction | None:
        written = self._field(fields, "satisfaction")
        rating = read_rating(written, self._settings.satisfaction) if written else None
        if written and rating is None:
            self._not_known(line, "satisfaction", written, call_id)
        return rating

    def _listed(
        self, line: int, fields: Sequence[str], call: Call, files: tuple[str, ...], damaged: bool
    ) -> ListedCall:
        answered, talk = self._field(fields, "answered"), self._field(fields, "talk_seconds")
        seconds = read_seconds(talk) if talk else None
        relation = self._field(fields, "relation")
        reached = read_relation(relation, self._settings.relations) if relation else None
        connected = read_answered(answered) if answered else None
        if answered and connected is None:
            self._not_known(line, "answered", answered, call.call_id)
        if talk and seconds is None:
            self._not_known(line, "talk_seconds", talk, call.call_id)
        if relation and reached is None:
            self._not_known(line, "relation", relation, call.call_id)
        if not answered and seconds is not None:
            connected = seconds > 0
        elif connected is not None and seconds is not None and connected != (seconds > 0):
            connected = None  # the row contradicts itself
        date, clock = self._field(fields, "started_at"), self._field(fields, "time_of_day")
        return ListedCall(
            call_id=call.call_id or None,
            row_id=call.call_id or ";".join(files) or None,
            agent_id=call.agent_id,
            agent_name=call.agent_name,
            team=call.team,
            queue=call.queue,
            direction=call.direction,
            customer_number=call.customer_number,
            started_at=call.started_at,
            clock=has_clock(f"{date} {clock}".strip()) or has_clock(date),
            answered=connected,
            talk_seconds=seconds,
            relation=reached,
            case_id=self._field(fields, "case_id") or None,
            purpose=self._field(fields, "purpose") or None,
            damaged=damaged,
        )

    def _not_known(self, line: int, column: str, written: str, call_id: str) -> None:
        """Tell each word of a column once."""
        told = self._unknown.setdefault(column, set())
        if written not in told and len(told) < _MOST_WORDS:
            told.add(written)
            reason = Message(f"call-list.not-known.{column}", written=written[:60])
            self._problem(line, reason, call_id)

    def _repeated(self, row: Row) -> bool:
        """True, and reported, if an earlier row has the same call id."""
        if not row.call.call_id:
            return False
        first = self._seen.setdefault(row.call.call_id, row)
        if first is row:
            return False
        same = replace(first, line=row.line) == row
        code = "call-list.repeated" if same else "call-list.contradicted"
        if not same and _another(first.listed, row.listed):
            assert row.listed.started_at is not None
            own = f"{row.call.call_id} {row.listed.started_at.isoformat()}"
            self._repeats.setdefault(own, replace(row.listed, row_id=own, call_id=None))
        self._problem(
            row.line,
            Message(code, call_id=row.call.call_id, line=first.line),
            row.call.call_id,
            kind="duplicate",
        )
        return True

    def _field(self, fields: Sequence[str], name: str) -> str:
        position = self._columns.get(name)
        return fields[position] if position is not None and position < len(fields) else ""

    def _problem(self, line: int, reason: Message, call_id: str = "", kind: str = "call-list") -> None:
        self._problems.append(Problem(self._path, call_id or None, line, reason, kind))


def _another(first: ListedCall, later: ListedCall) -> bool:
    """Whether a row is something else that happened under the same id, and not the same told otherwise: it
    began at another time, and was another agent's, went to another number, or lasted or ended otherwise."""
    if None in (first.started_at, later.started_at) or first.started_at == later.started_at:
        return False
    facts = ("agent_id", "customer_number", "answered", "talk_seconds")
    return any(getattr(first, name) != getattr(later, name) for name in facts)
