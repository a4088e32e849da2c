"""The rules in sentences and examples, in the language of who reads them: no patterns, no codes."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.messages import Lang
from pipeline.rubric.check import Check
from pipeline.rubric.condition import Condition
from pipeline.rubric.instances import NAMES, instances
from pipeline.rubric.sheet import Bonus, Item
from pipeline.rubric.wording import pick, titled
from pipeline.web.rulebook.book import Book


@dataclass(frozen=True)
class Reading:
    """What the rules say, for one reader."""

    book: Book
    lang: Lang

    def says(self, rule: Check | Condition) -> str:
        """What a check or a condition looks for, as a sentence."""
        told = titled(rule.told(self.lang), self.book.lexicons.codes, self.lang)
        return told[:1].upper() + told[1:]

    def examples(self, item: Item) -> list[tuple[str, tuple[str, ...]]]:
        """What is found and what is not: what the examples are of, and the examples."""
        shown = instances(item, self.book.lexicons.by_code, self.lang)
        return [(pick(self.lang, *NAMES[name]), found) for name, found in shown.named]

    def advice(self, item: Item) -> str:
        return (item.advice_en if self.lang != "zh" else "") or item.advice

    def bonus_examples(self, bonus: Bonus) -> tuple[str, ...]:
        """Words that earn it."""
        codes = getattr(bonus.earned.options, "codes", ())
        return tuple(p.hit[0] for code in codes for p in self.book.lexicons.by_code.get(code, ()))[:3]
