"""The rules in sentences and examples, in the language of who reads them: no patterns, no conditions in code.

Whoever writes rules (an author) sees other wordings too, and their places in files, where they are patterns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.domain import PhraseKind, Role, Severity
from pipeline.messages import Lang, Message, Text, render
from pipeline.phrases import Code, Phrase
from pipeline.phrases.plain_wording import plain_wording
from pipeline.rubric.check import Check
from pipeline.rubric.condition import Condition
from pipeline.rubric.explain import by_person
from pipeline.rubric.instances import instances
from pipeline.rubric.sheet import Bonus, Criterion, Item
from pipeline.rubric.wording import with_titles
from pipeline.store.repositories.rule_usage import CriterionUse, PhraseUse
from pipeline.web.rulebook.book import Book
from pipeline.web.rulebook.trust import TrustLine


@dataclass(frozen=True, slots=True)
class ItemText:
    """One way to lose the points of a criterion."""

    id: str
    title: str
    severity: Severity
    judged_by: str
    called: Literal["rules.judged-by", "rules.hinted-by", "rules.answered-by"]
    """What ``judged_by`` says of it: when it fails, when it is hinted, or who answers it."""
    applies: str
    """Empty: always."""
    examples: tuple[tuple[str, tuple[str, ...]], ...]
    """What is found and what is not: what the examples are of, and the examples."""
    advice: str
    deduct: float
    up_to: float | None
    fatal: Literal["sheet", "section"] | None
    hint: bool
    """What it finds is no violation."""
    use: CriterionUse
    trust: TrustLine | None
    """How far it can be trusted; None where that is not asked."""
    rarity: tuple[Message, ...]
    """How rare it is taken to be, which its evidence is weighed against; nothing where no phrase tells."""


@dataclass(frozen=True, slots=True)
class CriterionText:
    title: str
    points: float
    by_people: float
    """What its items for people may cost together, beyond the points of the sheet."""
    applies: str
    items: tuple[ItemText, ...]


@dataclass(frozen=True, slots=True)
class SectionText:
    id: str
    title: str
    criteria: tuple[CriterionText, ...]


@dataclass(frozen=True, slots=True)
class BonusText:
    title: str
    points: float
    earned: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RubricText:
    """The whole rubric for one reader."""

    title: str
    pass_mark: float
    revision: str
    scale: bool
    """True where what applies is stretched to 100."""
    sections: tuple[SectionText, ...]
    bonus: tuple[BonusText, ...]


@dataclass(frozen=True, slots=True)
class CodeText:
    """One idea that is looked for, and how often it is found."""

    code: str
    kind: PhraseKind
    title: str
    severity: Severity | None
    role: Role | None
    phrases: int
    use: PhraseUse


@dataclass(frozen=True, slots=True)
class KindText:
    """All codes of one kind."""

    kind: PhraseKind
    codes: tuple[CodeText, ...]


@dataclass(frozen=True, slots=True)
class PhraseSource:
    """Where a phrase stands in its file, and the other ways to say it and what spares it, as sentences."""

    place: str
    """Name of the file and line."""
    variants: tuple[str, ...]
    patterns: tuple[str, ...]
    exceptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhraseText:
    canonical: str
    reason: str
    hit: tuple[str, ...]
    quiet: tuple[str, ...]
    hits: int
    source: PhraseSource | None
    """For authors."""


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Who reads the rules: in which language, and whether they write them."""

    book: Book
    lang: Lang
    author: bool
    trust: Mapping[str, TrustLine] = field(default_factory=dict)
    rarity: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)

    def rubric(self, use: Mapping[str, CriterionUse]) -> RubricText:
        sheet = self.book.rubric
        return RubricText(
            title=sheet.title,
            pass_mark=sheet.pass_mark,
            revision=sheet.revision,
            scale=sheet.scale,
            sections=tuple(
                SectionText(one.id, one.title, tuple(self._criterion(line, use) for line in one.criteria))
                for one in sheet.sections
            ),
            bonus=tuple(
                BonusText(one.title, one.points, self._says(one.earned), self._bonus_examples(one))
                for one in sheet.bonus
            ),
        )

    def codes(self, use: Mapping[str, PhraseUse]) -> tuple[KindText, ...]:
        """All codes by kind, in the order of the files."""
        return tuple(
            KindText(kind, tuple(self.code(one, use) for one in codes))
            for kind, codes in self.book.kinds.items()
        )

    def code(self, one: Code, use: Mapping[str, PhraseUse]) -> CodeText:
        found = len(self.book.phrases(one.code))
        counts = use.get(one.code, PhraseUse(0, 0))
        return CodeText(one.code, one.kind, one.title, one.severity, one.role, found, counts)

    def phrase(self, one: Phrase, use: Mapping[str, PhraseUse]) -> PhraseText:
        place = f"{one.place.path.name}:{one.place.line}"
        source = None
        if self.author:
            parts = (one.variants, one.patterns, one.exceptions)
            source = PhraseSource(place, *(tuple(self._wording(one, t) for t in part) for part in parts))
        hits = use[one.canonical].hits if one.canonical in use else 0
        return PhraseText(one.canonical, one.reason, one.hit, one.quiet, hits, source)

    def _wording(self, one: Phrase, template: str) -> str:
        written = one.written[template].text if template in one.written else template
        return plain_wording(written, self.book.lexicons.slots, self.lang)

    def _criterion(self, line: Criterion, use: Mapping[str, CriterionUse]) -> CriterionText:
        items = tuple(self._item(item, use.get(item.id, CriterionUse())) for item in line.items)
        return CriterionText(line.title, line.points, line.by_people, self._says(line.when), items)

    def _item(self, item: Item, use: CriterionUse) -> ItemText:
        shown = instances(item, self.book.lexicons.by_code)
        return ItemText(
            id=item.id,
            title=item.title,
            severity=item.severity,
            judged_by=self._says(item.check) if item.person is None else self._text(by_person(item.person)),
            called="rules.answered-by"
            if item.person
            else "rules.hinted-by"
            if item.hint
            else "rules.judged-by",
            applies=self._says(item.when),
            examples=tuple((self._text(name), tuple(map(self._text, found))) for name, found in shown.named),
            advice=(item.advice_en if self.lang == "en" else "") or item.advice,
            deduct=item.deduct,
            up_to=item.up_to,
            fatal=item.fatal,
            hint=item.hint,
            use=use,
            trust=self.trust.get(item.id),
            rarity=self.rarity.get(item.id, ()),
        )

    def _says(self, rule: Check | Condition | None) -> str:
        """What a check or a condition looks for, as a sentence; empty for none."""
        if rule is None:
            return ""
        sentence = self._text(with_titles(rule.describe(), self.book.lexicons.codes))
        return sentence[:1].upper() + sentence[1:]

    def _text(self, text: Text) -> str:
        return render(text, self.lang)

    def _bonus_examples(self, bonus: Bonus) -> tuple[str, ...]:
        """Words that earn it."""
        codes = getattr(bonus.earned.options, "codes", ())
        return tuple(p.hit[0] for code in codes for p in self.book.lexicons.by_code.get(code, ()))[:3]
