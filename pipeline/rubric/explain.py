"""What an item, a criterion or a whole sheet means, in sentences and examples: no patterns, no codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import RubricError
from pipeline.messages import Lang, Message, Text, joined, render, title
from pipeline.rubric.instances import Examples, instances
from pipeline.rubric.sheet import Bonus, ByPerson, Criterion, Item, Rubric, SheetSection
from pipeline.rubric.wording import NOTHING, with_titles

FATAL = {"sheet": Message("explain.fatal-sheet"), "section": Message("explain.fatal-section")}


@dataclass(frozen=True)
class _Teller:
    rubric: Rubric
    lang: Lang
    codes: Mapping[str, object]
    phrases: Mapping[str, Sequence[Examples]] = field(default_factory=dict)
    notes: Mapping[str, Sequence[Text]] = field(default_factory=dict)

    def say(self, text: Text, *, indent: int = 0) -> str:
        message = with_titles(text, self.codes) if isinstance(text, Message) else text
        return " " * indent + render(message, self.lang)


def _title(part: SheetSection | Criterion | Item | Bonus) -> Message:
    return title(part.title, part.title_en)


def explain(
    rubric: Rubric,
    criterion: str | None = None,
    *,
    lang: Lang = "zh",
    codes: Mapping[str, object] | None = None,
    phrases: Mapping[str, Sequence[Examples]] | None = None,
    notes: Mapping[str, Sequence[Text]] | None = None,
) -> str:
    """Explain one item, one criterion or one bonus by its id; the whole sheet where no id is given.

    With the ``codes`` of the lexicons (values that have a ``title``), phrases are called by their titles;
    with ``phrases`` (code -> its phrases), their examples are shown; with ``notes`` (item -> sentences), what
    else is known of it.

    Raises:
        RubricError: the sheet has nothing of that id.
    """
    tell = _Teller(rubric, lang, codes or {}, phrases or {}, notes or {})
    lines: list[str] = []
    for section in rubric.sections:
        for line in section.criteria:
            items = [i for i in line.items if criterion in (None, i.id, line.id, section.id)]
            if items:
                lines += [*_criterion(section, line, tell), *(t for i in items for t in _item(i, tell)), ""]
    if criterion is None and rubric.questions:
        lines += [*_questions(rubric, tell), ""]
    for bonus in rubric.bonus:
        if criterion in (None, bonus.id):
            lines += [*_bonus(bonus, tell), ""]
    if not lines:
        known = Message("join.list", parts=tuple(part.id for part in (*rubric.items, *rubric.bonus)))
        raise RubricError(
            Message("rubric.no-criterion", rubric=rubric.rubric, criterion=str(criterion), known=known)
        )
    return "\n".join(lines).rstrip() + "\n"


def cost(item: Item) -> Message:
    """What a failure takes."""
    if item.hint:
        return Message("explain.hint-item")
    points = None
    if item.deduct and item.up_to is not None:
        points = Message("explain.deduct-each", each=item.deduct, most=item.up_to)
    elif item.deduct:
        points = Message("explain.deduct", points=item.deduct)
    return joined("join.semicolon", (FATAL[item.fatal] if item.fatal else None, points)) or NOTHING


def by_person(asked: ByPerson) -> Message:
    """Who answers an item without a check, and where."""
    parts = []
    if asked.queues:
        parts.append(Message("rule.queue", names=Message("join.list", parts=asked.queues)))
    if isinstance(asked.required, bool):
        parts.append(Message("explain.required" if asked.required else "explain.optional"))
    else:
        parts.append(Message("explain.required-in", names=Message("join.list", parts=asked.required)))
    return Message("explain.person", how=joined("join.comma", parts) or NOTHING)


def _questions(rubric: Rubric, tell: _Teller) -> Iterator[str]:
    for question in rubric.questions:
        answers = tuple(title(one.title, one.title_en) for one in question.answers)
        asked, listed = title(question.title, question.title_en), Message("join.list", parts=answers)
        yield tell.say(Message("explain.question", title=asked, id=question.id, answers=listed))
        named = {one.id: title(one.title, one.title_en) for one in question.answers}
        for hint in question.hints:
            sign = title(hint.title, hint.title_en)
            told = Message("explain.hint", answer=named[hint.answer], sign=sign)
            if hint.when:
                told = Message(
                    "explain.hint-when", answer=named[hint.answer], sign=sign, what=hint.when.describe()
                )
            yield tell.say(told, indent=2)


def _criterion(section: SheetSection, criterion: Criterion, tell: _Teller) -> Iterator[str]:
    names = {"section": _title(section), "title": _title(criterion)}
    yield tell.say(Message("explain.criterion", **names, points=criterion.points))
    if criterion.by_people:
        yield tell.say(Message("explain.by-people", points=criterion.by_people), indent=2)
    for when in (section.when, criterion.when):
        if when is not None:
            yield tell.say(Message("explain.applies", what=when.describe()), indent=2)


def _item(item: Item, tell: _Teller) -> Iterator[str]:
    bar = tell.rubric.bars[item.severity]
    severity = item.severity.value
    named = Message("explain.item", title=_title(item), id=item.id, severity=severity, cost=cost(item))
    yield tell.say(named, indent=2)
    if item.check is not None:
        fails = "explain.hinted" if item.hint else "explain.fails"
        yield tell.say(Message(fails, what=item.check.describe()), indent=4)
    if item.person is not None:
        yield tell.say(by_person(item.person), indent=4)
    if item.when is not None:
        yield tell.say(Message("explain.applies", what=item.when.describe()), indent=4)
    for name, examples in instances(item, tell.phrases).named:
        quoted = "".join(f"“{tell.say(one)}”" for one in examples)
        yield tell.say(Message("explain.examples", name=name, quoted=quoted), indent=4)
    if item.check is not None:
        evidence = "explain.hint-evidence" if item.hint else "explain.evidence"
        yield tell.say(Message(evidence, accuse=bar.accuse, role=bar.role), indent=4)
    for note in tell.notes.get(item.id, ()):
        yield tell.say(note, indent=4)
    if item.valid_from or item.valid_until:
        since, until = str(item.valid_from or ""), str(item.valid_until or "")
        yield tell.say(Message("explain.in-force", since=since, until=until), indent=4)
    if item.advice:
        yield tell.say(Message("explain.advice", advice=title(item.advice, item.advice_en)), indent=4)


def _bonus(bonus: Bonus, tell: _Teller) -> Iterator[str]:
    gain = Message("explain.gain", points=bonus.points)
    if bonus.up_to is not None:
        gain = Message("explain.gain-each", points=bonus.points, most=bonus.up_to)
    yield tell.say(Message("explain.bonus", title=_title(bonus), id=bonus.id, gain=gain))
    yield tell.say(Message("explain.earned", what=bonus.earned.describe()), indent=2)
