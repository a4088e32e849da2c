"""What an item, a criterion or a whole sheet means, in sentences and examples: no patterns, no codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import RubricError
from pipeline.messages import Lang
from pipeline.rubric.instances import NAMES, Examples, instances
from pipeline.rubric.sheet import Bonus, Criterion, Item, Rubric, SheetSection
from pipeline.rubric.wording import pick, titled

FATAL = {
    "sheet": ("一票否决，整单记0分", "fatal: the score becomes 0"),
    "section": ("一票否决，本部分记0分", "fatal: its section becomes 0"),
}


@dataclass(frozen=True)
class _Teller:
    rubric: Rubric
    lang: Lang
    codes: Mapping[str, object]
    phrases: Mapping[str, Sequence[Examples]] = field(default_factory=dict)

    def say(self, chinese: str, english: str) -> str:
        return titled(pick(self.lang, chinese, english), self.codes, self.lang)

    def name(self, part: SheetSection | Criterion | Item | Bonus) -> str:
        return (self.lang != "zh" and part.title_en) or part.title


def explain(
    rubric: Rubric,
    criterion: str | None = None,
    *,
    lang: Lang = "zh",
    codes: Mapping[str, object] | None = None,
    phrases: Mapping[str, Sequence[Examples]] | None = None,
) -> str:
    """Explain one item, one criterion or one bonus by its id; the whole sheet where no id is given.

    With the ``codes`` of the lexicons (values that have a ``title``), phrases are called by their titles;
    with ``phrases`` (code -> its phrases), their examples are shown.

    Raises:
        RubricError: the sheet has nothing of that id.
    """
    tell = _Teller(rubric, lang, codes or {}, phrases or {})
    lines: list[str] = []
    for section in rubric.sections:
        for line in section.criteria:
            items = [i for i in line.items if criterion in (None, i.id, line.id, section.id)]
            if items:
                lines += [*_criterion(section, line, tell), *(t for i in items for t in _item(i, tell)), ""]
    for bonus in rubric.bonus:
        if criterion in (None, bonus.id):
            lines += [*_bonus(bonus, tell), ""]
    if not lines:
        known = ", ".join([*(i.id for i in rubric.items), *(b.id for b in rubric.bonus)])
        raise RubricError(f"{rubric.rubric} has no criterion {criterion!r}; it has: {known}")
    return "\n".join(lines).rstrip() + "\n"


def cost(item: Item, lang: Lang) -> str:
    """What a failure takes."""
    parts = [pick(lang, *FATAL[item.fatal])] if item.fatal else []
    if item.deduct and item.up_to is not None:
        each, most = f"{item.deduct:g}", f"{item.up_to:g}"
        parts.append(pick(lang, f"每处扣{each}分，最多{most}分", f"-{each} each, at most {most}"))
    elif item.deduct:
        parts.append(pick(lang, f"扣{item.deduct:g}分", f"-{item.deduct:g}"))
    return pick(lang, "；", "; ").join(parts)


def _criterion(section: SheetSection, criterion: Criterion, tell: _Teller) -> Iterator[str]:
    home, name, points = tell.name(section), tell.name(criterion), f"{criterion.points:g}"
    yield tell.say(f"【{home}】{name}（{points}分）", f"{home} > {name} ({points} points)")
    for when in (section.when, criterion.when):
        if when is not None:
            yield tell.say(f"  适用：{when.told()}", f"  applies where {when.told('en')}")


def _item(item: Item, tell: _Teller) -> Iterator[str]:
    bar, lang, price = tell.rubric.bars[item.severity], tell.lang, cost(item, tell.lang)
    yield tell.say(
        f"  {item.title}（{item.id}，{item.severity}级）：{price}",
        f"  {tell.name(item)} ({item.id}, class {item.severity}): {price}",
    )
    yield tell.say(f"    判为不合格：{item.check.told()}", f"    fails where {item.check.told('en')}")
    if item.when is not None:
        yield tell.say(f"    适用：{item.when.told()}", f"    applies where {item.when.told('en')}")
    shown = instances(item, tell.phrases, lang)
    for name, examples in shown.named:
        quoted = "".join(f"“{one}”" for one in examples)
        yield tell.say(f"    {NAMES[name][0]}：{quoted}", f"    {NAMES[name][1]}: {quoted}")
    yield tell.say(
        f"    证据：用语把握不低于{bar.accuse:.0%}、说话人把握不低于{bar.role:.0%}，否则“无法判断”，不扣分",
        f"    evidence: hit >= {bar.accuse:.0%}, speaker >= {bar.role:.0%}; otherwise undetermined",
    )
    if item.valid_from or item.valid_until:
        since, until = item.valid_from or "", item.valid_until or ""
        yield tell.say(f"    有效期：{since}至{until}", f"    in force: {since}..{until}")
    if item.advice:
        yield tell.say(f"    建议：{item.advice}", f"    advice: {item.advice_en or item.advice}")


def _bonus(bonus: Bonus, tell: _Teller) -> Iterator[str]:
    points, most = f"{bonus.points:g}", f"{bonus.up_to or 0:g}"
    once = bonus.up_to is None
    gain = f"加{points}分" if once else f"每处加{points}分，最多{most}分"
    gain_en = f"+{points}" if once else f"+{points} each, at most {most}"
    yield tell.say(
        f"【加分】{bonus.title}（{bonus.id}）：{gain}", f"bonus > {tell.name(bonus)} ({bonus.id}): {gain_en}"
    )
    yield tell.say(f"  条件：{bonus.earned.told()}", f"  earned where {bonus.earned.told('en')}")
