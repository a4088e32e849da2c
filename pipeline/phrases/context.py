"""Is the phrase meant? Negated, quoted and asked-about phrases are nobody's fault."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.phrases.conversation import Run, begins_after, ends_before
from pipeline.phrases.lexicon import Context
from pipeline.phrases.pattern import Pattern, compiled


def _anchored(templates: Iterable[str], form: str) -> Pattern | None:
    joined = "|".join(f"(?:{template})" for template in templates)
    return compiled(form.format(joined)) if joined else None


class Silencer:
    """The cues of one context, compiled."""

    def __init__(self, context: Context) -> None:
        self.name = context.name
        self._before = _anchored(context.before, "(?:{})$")
        self._after = _anchored(context.after, "^(?:{})")
        self._near = _anchored(context.near, "(?:{})")
        self._then = _anchored(context.then, "(?:{})")
        self._earlier = _anchored(context.earlier, "(?:{})")
        self._reach = context.reach

    def silences(self, run: Run, start: int, end: int) -> bool:
        """True where the words around ``run.text[start:end]`` make it harmless."""
        left = run.text[begins_after(run.stops, start) : start]
        return (
            _matches(self._before, run.text[begins_after(run.pauses, start) : start])
            or _matches(self._after, run.text[end : ends_before(run.pauses - {end}, end, len(run.text))])
            or _matches(self._near, left[-self._reach :])
            or _matches(self._then, run.text[end : end + self._reach])
            or _matches(self._earlier, run.text[max(0, start - self._reach) : start])
        )


def _matches(pattern: Pattern | None, text: str) -> bool:
    return pattern is not None and bool(text) and pattern.regex.search(text) is not None
