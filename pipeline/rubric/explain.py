"""What an item, a criterion or a whole sheet means, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from pipeline.errors import RubricError
from pipeline.rubric.check import CHECK_KINDS
from pipeline.rubric.sheet import Bonus, Criterion, Item, Rubric, SheetSection

Lang = Literal["zh", "en"]

CODES = re.compile("“([a-z0-9、-]+)”类用语")
"""How the kinds of checks and conditions speak of phrase codes."""

FATAL = {
    "sheet": {"zh": "一票否决，整单记0分", "en": "fatal: the score becomes 0"},
    "section": {"zh": "一票否决，本部分记0分", "en": "fatal: its section becomes 0"},
}


def explain(
    rubric: Rubric,
    criterion: str | None = None,
    *,
    lang: Lang = "zh",
    codes: Mapping[str, object] | None = None,
) -> str:
    """Explain one item, one criterion or one bonus by its id; the whole sheet where no id is given.

    With the ``codes`` of the lexicons (values that have a ``title``), phrases are called by their titles.

    Raises:
        RubricError: the sheet has nothing of that id.
    """
    lines: list[str] = []
    for section in rubric.sections:
        for line in section.criteria:
            items = [i for i in line.items if criterion in (None, i.id, line.id, section.id)]
            if items:
                lines += [
                    *_criterion(section, line, lang),
                    *(t for i in items for t in _item(rubric, i, lang)),
                    "",
                ]
    for bonus in rubric.bonus:
        if criterion in (None, bonus.id):
            lines += [*_bonus(bonus, lang), ""]
    if not lines:
        known = ", ".join([*(i.id for i in rubric.items), *(b.id for b in rubric.bonus)])
        raise RubricError(f"{rubric.rubric} has no criterion {criterion!r}; it has: {known}")
    text = "\n".join(lines).rstrip() + "\n"
    return CODES.sub(lambda found: _titled(found[1], codes), text) if codes else text


def _titled(names: str, codes: Mapping[str, object]) -> str:
    titles = (str(getattr(codes.get(name), "title", name)) for name in names.split("、"))
    return f"“{'、'.join(titles)}”类用语"


def _criterion(section: SheetSection, criterion: Criterion, lang: Lang) -> Iterator[str]:
    if lang == "zh":
        yield f"【{section.title}】{criterion.title}（{criterion.points:g}分）"
    else:
        yield f"{section.title} > {criterion.title} ({criterion.points:g} points)"
    for when in (section.when, criterion.when):
        if when is not None:
            yield f"  适用：{when.told()}" if lang == "zh" else f"  applies where: {when.told()}"


def _item(rubric: Rubric, item: Item, lang: Lang) -> Iterator[str]:
    cost = _cost(item, lang)
    bar = rubric.bars[item.severity]
    if lang == "en":
        summary = (CHECK_KINDS[item.check.kind].__doc__ or "").strip().splitlines()[0]
        yield f"  {item.id} ({item.title}, class {item.severity}): {cost}"
        yield f"    {item.check.kind}: {summary}"
        yield f"    options: {item.check.options.model_dump_json(exclude_defaults=True)}"
        yield f"    evidence: hit >= {bar.accuse:.0%}, speaker >= {bar.role:.0%}; otherwise undetermined"
        if item.when is not None:
            yield f"    applies where: {item.when.told()}"
    else:
        yield f"  {item.title}（{item.id}，{item.severity}级）：{cost}"
        yield f"    判为不合格：{item.check.told()}"
        if item.when is not None:
            yield f"    适用：{item.when.told()}"
        bars = f"用语把握不低于{bar.accuse:.0%}、说话人把握不低于{bar.role:.0%}"
        yield f"    证据：{bars}，否则记为待定，不扣分"
    if item.valid_from or item.valid_until:
        since, until = item.valid_from or "", item.valid_until or ""
        yield f"    有效期：{since}至{until}" if lang == "zh" else f"    in force: {since}..{until}"
    if item.advice:
        yield f"    建议：{item.advice}" if lang == "zh" else f"    advice: {item.advice}"


def _cost(item: Item, lang: Lang) -> str:
    parts = [FATAL[item.fatal][lang]] if item.fatal else []
    if item.deduct and item.up_to is not None:
        each, most = f"{item.deduct:g}", f"{item.up_to:g}"
        parts.append(f"每处扣{each}分，最多{most}分" if lang == "zh" else f"-{each} each, at most {most}")
    elif item.deduct:
        parts.append(f"扣{item.deduct:g}分" if lang == "zh" else f"-{item.deduct:g}")
    return ("；" if lang == "zh" else "; ").join(parts)


def _bonus(bonus: Bonus, lang: Lang) -> Iterator[str]:
    points, most = f"{bonus.points:g}", f"{bonus.up_to or 0:g}"
    if lang == "zh":
        gain = f"加{points}分" if bonus.up_to is None else f"每处加{points}分，最多{most}分"
        yield f"【加分】{bonus.title}（{bonus.id}）：{gain}"
        yield f"  条件：{bonus.earned.told()}"
    else:
        gain = f"+{points}" if bonus.up_to is None else f"+{points} each, at most {most}"
        yield f"bonus > {bonus.title} ({bonus.id}): {gain}"
        yield f"  earned where: {bonus.earned.told()}"
