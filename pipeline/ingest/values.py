"""How values stand in call lists: what spreadsheets and databases made of them, and what they were.

Numbers that a spreadsheet rounded (1.38E+10) cannot be had back and are never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

_INVISIBLE = "\u200b\u200e\u200f\u202a\u202c\u2060\ufeff\u00a0"
_FORMULA = re.compile(r'=\s*(?:T\()?"(.*)"\)?', re.DOTALL)
_APOSTROPHES = "'’‘`"
_NOTHING = frozenset(
    {
        *(
            "null",
            "(null)",
            "<null>",
            "\\n",
            "-",
            "--",
            "---",
            "n/a",
            "na",
            "#n/a",
            "none",
            "nil",
            "nan",
            "#value!",
        ),
        *(
            "#ref!",
            "#null!",
            "undefined",
            "unknown",
            "<unknown>",
            "anonymous",
            "无",
            "空",
            "未知",
            "暂无",
            "匿名",
        ),
    }
)
"""What programs and people write where there is nothing."""
_ROUNDED = re.compile(r"-?\d(?:[.,]\d+)?[eE]\+?\d{1,3}|#{3,}")
_FLOAT = re.compile(r"(\d+)\.0+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
_TOTALS = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|汇\s*总)(?:[\s:：\d].*)?|共\s*\d+\s*[条通行].*|(?:grand\s+|sub)?totals?(?:\s*:.*)?",
    re.IGNORECASE,
)

_EPOCH = re.compile(r"(\d{10})(?:\.(\d+))?|(\d{13})|(\d{16})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050
"""2000 to 2099 in days of the 1900 date system (ECMA-376 part 1, 18.17.4.1)."""
_SERIAL_ZERO = datetime(1899, 12, 30)
_DATE = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
_COMPACT = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
_HALF = r"(?P<half>上午|下午|凌晨|早上|中午|晚上|am|pm|a\.m\.|p\.m\.)"
_CLOCK = (
    rf"\s*(?:{_HALF}\s*)?(?P<hour>\d{{1,2}})\s*[:时点]\s*(?P<minute>\d{{1,2}})"
    r"(?:\s*[:分]\s*(?P<second>\d{1,2})(?:[.,]\d+)?)?\s*[分秒]?\s*"
    rf"(?P<later>am|pm|a\.m\.|p\.m\.)?"
)
_WEEKDAY = r"\s*(?:星期.|周.)?\s*"
_WRITTEN = re.compile(rf"(?:{_DATE}|)(?:{_WEEKDAY}[T,]?{_CLOCK})?", re.IGNORECASE)
_JOINED = re.compile(
    rf"{_COMPACT}(?:[-_ T]?(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}}))?)?"
)
_MONTH_FIRST = re.compile(rf"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/(?P<year>\d{{4}})(?:{_CLOCK})?", re.IGNORECASE)
_MOMENT = re.compile(
    r"(?<!\d)(?P<Y>20\d\d)(?P<sep>[-._/]?|年)(?P<m>\d\d)(?:(?P=sep)|月)(?P<d>\d\d)日?[-T_. ]{0,2}"
    r"(?P<H>\d\d)(?P<colon>[-:._ ]?|时|点)(?P<M>\d\d)(?:(?P=colon)|分)(?P<S>\d\d)秒?(?:[.,]\d{1,6})?"
    r"(?P<zone>Z|\+\d\d:?\d\d(?!\d)|-\d\d:\d\d(?!\d))?(?!\d)"
)
"""Date and time in full, as recorders write them; the day of a call counts, whoever wrote the name. What
follows a hyphen is a seat rather than a time zone."""
_LATER = frozenset({"下午", "晚上", "pm", "p.m."})
_EARLIER = frozenset({"上午", "凌晨", "早上", "am", "a.m."})


def cleaned(text: str) -> str:
    """A value without what a spreadsheet adds to keep it text; empty where it says that there is none."""
    text = text.strip().strip(_INVISIBLE).strip()
    formula = _FORMULA.fullmatch(text)
    if formula:
        text = formula[1].replace('""', '"').strip()
    elif len(text) > 1 and text[0] in _APOSTROPHES and text[-1] not in _APOSTROPHES:
        text = text[1:].strip()
    return "" if text.casefold() in _NOTHING or text in _APOSTROPHES else text


def narrow(text: str) -> str:
    """A number or a word in half-width characters (８００１ is 8001), and not as a float (8001.0 is 8001)."""
    text = unicodedata.normalize("NFKC", text).strip()
    if match := _FLOAT.fullmatch(text):
        return match[1]
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def rounded(text: str) -> bool:
    """True for a number that a spreadsheet shortened (1.38E+10, ######): its digits are gone."""
    return _ROUNDED.fullmatch(unicodedata.normalize("NFKC", text)) is not None and (
        "+" in text or "." in text or "#" in text
    )


def is_total(text: str) -> bool:
    """True for the first cell of a line that sums up a list."""
    return _TOTALS.fullmatch(text.rstrip(":： ")) is not None


def local(moment: datetime) -> datetime:
    """A moment given in world time, by the clock of this machine: a night's calls belong to its days."""
    return moment.astimezone() if moment.utcoffset() == timedelta(0) else moment


def since_epoch(seconds: float) -> datetime:
    """Seconds since 1970 by the clock of this machine.

    Raises:
        ValueError, OverflowError, OSError: no such moment.
    """
    return datetime.fromtimestamp(seconds, UTC).astimezone()


def read_time(text: str) -> datetime | None:
    """ISO 8601, the usual Chinese spellings, a spreadsheet's day numbers, seconds or milliseconds since 1970;
    None for anything else. Where day and month cannot be told apart (3/4/2026) nothing is guessed."""
    text = unicodedata.normalize("NFKC", text).strip()
    try:
        if number := _EPOCH.fullmatch(text):
            whole = number[1] or number[3] or number[4]
            return since_epoch(float(text) if number[1] else int(whole) / 10 ** (len(whole) - 10))
        if _SERIAL.fullmatch(text) and _FIRST_SERIAL <= float(text) < _LAST_SERIAL:
            return _SERIAL_ZERO + timedelta(seconds=round(float(text) * 86_400))
        found = _JOINED.fullmatch(text) or _WRITTEN.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
        if found and (moment := _moment(found.groupdict())):
            return moment
        return local(datetime.fromisoformat(text))
    except (ValueError, OverflowError, OSError):
        return None


def _moment(parts: dict[str, str | None]) -> datetime | None:
    if "a" in parts:
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        if first <= 12 and second <= 12 and first != second:
            return None
        parts["month"], parts["day"] = (parts["a"], parts["b"]) if first <= 12 else (parts["b"], parts["a"])
    if not parts["year"]:
        return None
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or parts.get("later") or "").casefold()
    if half in _LATER and hour < 12:
        hour += 12
    elif half in _EARLIER and hour == 12:
        hour = 0
    elif half == "中午" and hour < 3:
        hour += 12
    year, month, day, minute, second = (
        int(parts[name] or 0) for name in ("year", "month", "day", "minute", "second")
    )
    return datetime(year, month, day, hour, minute, second)


def has_clock(text: str) -> bool:
    """Whether a written time tells the time of day: 2026-11-20 is a day, and so is midnight on the second,
    which programs write for one."""
    found = read_time(text)
    return found is not None and (found.hour, found.minute, found.second, found.microsecond) != (0, 0, 0, 0)


def moment_in(name: str) -> datetime | None:
    """The moment that a name tells, with its time zone if it has one; None where it is none or several."""
    told = {moment for match in _MOMENT.finditer(name) if (moment := _read_moment(match)) is not None}
    return told.pop() if len(told) == 1 else None


def _read_moment(match: re.Match[str]) -> datetime | None:
    *parts, zone = match.group("Y", "m", "d", "H", "M", "S", "zone")
    try:
        moment = datetime(*map(int, parts))  # type: ignore[arg-type]
        if zone:
            moment = local(datetime.fromisoformat(f"{moment.isoformat()}{zone}"))
    except (ValueError, OverflowError, OSError):
        return None
    return moment
