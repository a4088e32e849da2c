#!/usr/bin/env python3
"""Write docs/rubrics.md from the checks and conditions; with --check, fail when the page is stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # runs from a checkout, installed or not

from pydantic import BaseModel  # noqa: E402
from pydantic.fields import FieldInfo  # noqa: E402

from pipeline.messages import render  # noqa: E402
from pipeline.rubric.check import CHECK_KINDS  # noqa: E402
from pipeline.rubric.condition import CONDITION_KINDS  # noqa: E402
from pipeline.rubric.cue import Cue  # noqa: E402
from pipeline.rubric.example import Example  # noqa: E402
from pipeline.rubric.question import Hint, Question, QuestionAnswer  # noqa: E402
from pipeline.rubric.rarity import RarityRule  # noqa: E402
from pipeline.rubric.sheet import (  # noqa: E402
    Alerts,
    Bonus,
    ByPerson,
    Criterion,
    FlagRule,
    Gate,
    Item,
    Rubric,
    SheetSection,
    Test,
)
from pipeline.rubric.trust import TrustRule  # noqa: E402
from pipeline.rubric.window import Window  # noqa: E402
from scripts.pages import write_or_check  # noqa: E402

PAGE = ROOT / "docs" / "rubrics.md"

HEAD = """\
# Writing rubrics

A rubric is a YAML file: sections, criteria (what people see, at most 15), and in each criterion the items:
one way to go wrong, with its own check, severity, points and finding. `rubrics/service.yaml` comes with
callinspect and is the best example. `callinspect rubric check` finds what will not work, `callinspect rubric
explain` says in words what a sheet means, `callinspect rescore --dry-run` shows what an edit flips.

How points add up: a score is 100 less what the sheet prints for each fault.

* `deduct` is taken once, or for each occurrence where `up_to` caps it. A criterion has `points`; its items
  together cost no more than that. A score is never below 0.
* A criterion whose items are all not applicable costs nothing, and the rest costs what it says: nothing is
  stretched. An undetermined item costs nothing.
* `fatal: section` loses the rest of the section, `fatal: sheet` what is left of the score.
* `hint: true` makes an item a hint: what it finds is shown on the call page, in `show` and in exports with
  the outcome `hint`, and is no violation. It takes no points, flags nothing, cannot be confirmed or appealed,
  and no statistic, report or settlement counts it. Where it finds nothing it leaves no line at all. Its class
  only says how good the proof must be. To make it count, write `hint: false` and `deduct`.
* A bonus is added at the end, up to 100.
* The ledger of each scorecard adds up to its score exactly, and every limit that bites is a line of it
  (`“通话保持”最多扣6分 +3`). A sheet of whole points gives whole scores.
* `points` should add up to 100; the linter warns where they do not.
* What no machine can tell has `person` in place of `check`: reviewers answer it (passed, failed with place
  and reason, not applicable). `person: {required: true}` must be answered before a review is done,
  `required: [投诉]` in queues of that name, `queues: [售后]` asks in those alone. The machine never judges
  such an item, so its score is what it was; what people fail costs up to `by_people` of the criterion,
  beyond the 100 points: taking it from the 100 would change every score that exists.
* `questions` stand above the sheet, with hints that never move a point; without them a sheet asks whether
  it was solved, how the customer felt, and whether the company was harmed. `questions: []` asks nothing.
  The three are written in `pipeline/rubric/questions.yaml`, to copy from.
* An item fails only on good evidence. The bars under `evidence` rise with severity; below them it is
  undetermined, which costs nothing and flags nothing.
* Evidence is weighed against how rare a violation is: `rarity: {per_1000: {abuse: 0.055}}` says how often a
  code is said in 1,000 utterances of the party. The confidence of a hit holds where a forbidden code is said
  0.55 times and an escalation 0.15 times in 1,000; at a tenth of that the odds of a hit are a tenth, and one
  that is told with 94 % counts with 61 %. Without `rarity` nothing moves. Reviews move rates too
  ([trust.md](trust.md)).

With `scale: true` what applies is stretched to 100 instead: a criterion that does not apply leaves the
denominator, so with 82 of 100 points applicable `deduct: 6` costs 7.32. Sheets from before `scale` existed
were scored that way; their stored scorecards are shown and reviewed that way still. A scaled sheet keeps the
revision it had; a sheet that is not scaled has a new one, so `callinspect rescore` judges its calls again.

How people read it: screens, `show` and `rubric explain` say in sentences what an item looks for, with the
titles and examples of the lexicons in place of codes. A pattern is shown by its `meaning` (and `meaning_en`).
`title` says what is wrong (未报开头语); `title_passed` is the neutral title where the item did not fail
(开头语 · 通过), the criterion's title where not given.

Speech itself is judged by hints alone, each beside what it was measured against (`docs/measures.md`):
口齿不清 and 吞字 against how well the other party of the same call is recognised, 提高嗓门 against the
agent's own usual level and pitch (levels of a telephone line mean nothing by themselves), 语调平淡 by the
standard deviation of pitch. Where speech is short or noisy, and for all but the last where both voices share
a channel, nothing is measured and nothing said; so it is in stores from before. A dialect, an accent and many
names lower the confidence of the recogniser too: listen before you talk about it.

Two bands wait in `rubrics/service.yaml` as comments, for centres that want them: 应答迟缓 (黄金六秒: the
median answer takes 6 s) and 说得多、问得少 (七分问三分说: 70 % of the talk is the agent's). Take the `# `
away from their lines; `callinspect rubric explain` says them in words then.

The dialogues below are examples and tests at once: `[code|words]` marks a phrase hit, `静音: 9` a silence
and `保持: 20` a hold of so many seconds, `坐席(480)` the speaking rate. Items can carry such dialogues as
`tests`.

Written by `scripts/document_rubrics.py` from `pipeline/rubric/`: edit the docstrings and examples there.
"""

PARTS: tuple[tuple[str, type[Any]], ...] = (
    ("Sheet", Rubric),
    ("Section", SheetSection),
    ("Criterion", Criterion),
    ("Item", Item),
    ("By person (`person` of an item)", ByPerson),
    ("Question (`questions`)", Question),
    ("Answer (in `answers` of a question)", QuestionAnswer),
    ("Hint (in `hints` of a question)", Hint),
    ("Bonus", Bonus),
    ("Test (in `tests` of an item)", Test),
    ("Flag rule", FlagRule),
    ("Alerts", Alerts),
    ("Gate (`applies`)", Gate),
    ("Trust (`trust`)", TrustRule),
    ("Rarity (`rarity`)", RarityRule),
    ("Window (`within`, `usual_place`)", Window),
    ("Cue (in `near`, `flow`, `every`)", Cue),
)


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(
        [HEAD, *_parts(), *_kinds("Checks", CHECK_KINDS), *_kinds("Conditions", CONDITION_KINDS)]
    )


def _parts() -> Iterator[str]:
    yield "## Parts of a sheet\n"
    for title, model in PARTS:
        yield f"### {title}\n\n{_unwrapped(model.__doc__)}\n"
        yield from _table(model.model_fields)


def _kinds(title: str, kinds: Mapping[str, ModuleType]) -> Iterator[str]:
    yield f"## {title}\n"
    for kind, module in kinds.items():
        yield f"### `{kind}`\n\n{_unwrapped(module.__doc__)}\n"
        yield from _table(module.OPTIONS.model_fields)
        yield from _examples(kind, module)
        yield ""


def _table(fields: Mapping[str, FieldInfo]) -> Iterator[str]:
    yield "| key | default | meaning |\n|---|---|---|"
    for name, field in fields.items():
        yield f"| `{field.alias or name}` | {_default(field)} | {field.description or ''} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple) and isinstance(value[0], BaseModel):
        return ""  # a file of its own
    return f"`{value}`"


def _examples(kind: str, module: ModuleType) -> Iterator[str]:
    """The examples, those with the same options together."""
    groups: dict[str, list[Example]] = {}
    for example in module.EXAMPLES:
        groups.setdefault(json.dumps(example.options, ensure_ascii=False), []).append(example)
    for given, examples in groups.items():
        meaning = render(module.describe(module.OPTIONS.model_validate(examples[0].options)), "zh")
        yield f"* `{kind}: {given}`: {meaning}"
        yield from map(_outcome, examples)


def _outcome(example: Example) -> str:
    facts = "".join(f"; {name}: {value}" for name, value in example.facts.items())
    return f"  * {' / '.join(example.dialogue)}{facts} → **{example.expect}**"


def _unwrapped(text: str | None) -> str:
    paragraphs = (text or "").strip().split("\n\n")
    return "\n\n".join(" ".join(line.strip() for line in p.splitlines()) for p in paragraphs)


def main() -> int:
    return write_or_check(PAGE, page(), script="scripts/document_rubrics.py", about=str(__doc__))


if __name__ == "__main__":
    sys.exit(main())
