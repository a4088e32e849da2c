"""The rules as everybody may read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from pipeline.domain import Evidence, How, PhraseKind, Role, Span
from pipeline.errors import Missing, UsageError
from pipeline.messages import Lang, render
from pipeline.phrases import Explanation, explain
from pipeline.review.rarity_words import by_criterion
from pipeline.rubric.matched import matched
from pipeline.settings import Settings
from pipeline.store.repositories.rule_usage import CriterionUse, RecentHit
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.context import PageContext
from pipeline.web.render import fragment, page
from pipeline.web.rendered_message import RenderedMessage, RulesFault, rendered_message, rules_fault
from pipeline.web.rulebook.book import Book, matcher_of, read_book
from pipeline.web.rulebook.reading import CodeText, KindText, PhraseText, RubricText, RuleReader
from pipeline.web.rulebook.trust import on_page, trust_lines

router = APIRouter(prefix="/rules")

MOST_TRIED = 500
"""Characters of a sentence that is tried."""

Reader = Annotated[Visitor, Depends(allowed(Permission.RULES))]


@dataclass(frozen=True, slots=True)
class RubricPage(PageContext):
    template: ClassVar[str] = "rules/sheet.html"
    rubric: RubricText | None
    """None where it cannot be read."""
    problem: RulesFault | None
    author: bool


@dataclass(frozen=True, slots=True)
class CodesPage(PageContext):
    template: ClassVar[str] = "rules/codes.html"
    kinds: tuple[KindText, ...]
    revision: str
    problem: RulesFault | None
    author: bool


@dataclass(frozen=True, slots=True)
class CodeHit:
    """A place where a phrase of a code was hit lately."""

    call_id: str
    start: float
    end: float
    proof: str
    """What was found there and how, in words."""


@dataclass(frozen=True, slots=True)
class CodePage(PageContext):
    template: ClassVar[str] = "rules/code.html"
    code: CodeText
    phrases: tuple[PhraseText, ...]
    used_by: tuple[tuple[str, str, CriterionUse], ...]
    """Items of the rubric that name it: id, title, use."""
    recent: tuple[CodeHit, ...]
    problem: RulesFault | None
    author: bool


@dataclass(frozen=True, slots=True)
class TriedPhrase:
    """One candidate in a sentence that is tried, without the place of its phrase in the rules' files."""

    code: str
    phrase: str
    how: How
    quote: str
    distance: float
    """In syllables; 0 for written matches."""
    confidence: float
    dropped: RenderedMessage | None
    """Why it is no hit; None where it is one."""


@dataclass(frozen=True, slots=True)
class TriedSentence:
    """What became of a sentence."""

    normalised: str
    pinyin: str
    considered: tuple[TriedPhrase, ...]


@dataclass(frozen=True, slots=True)
class TryPage(PageContext):
    template: ClassVar[str] = "rules/try.html"
    text: str
    role: Role
    explanation: TriedSentence | None
    """What became of a sentence; None until one is tried."""
    problem: RulesFault | None
    author: bool


@dataclass(frozen=True, slots=True)
class TriedFragment(PageContext):
    """What became of the sentence, for htmx."""

    template: ClassVar[str] = "rules/tried.html"
    explanation: TriedSentence | None
    author: bool


def _author(visitor: Visitor) -> bool:
    """Whoever writes rules sees codes, patterns and places in files too."""
    return visitor.may(Permission.WHAT_IF)


def _proof(hit: RecentHit, kind: PhraseKind, lang: Lang) -> str:
    place = Evidence(
        Span(hit.start, hit.end), None, hit.quote, hit.phrase, How(hit.how), hit.confidence, hit.wording
    )
    found = matched(place, kind)
    return render(found, lang) if found is not None else ""


def _tried(found: Explanation, lang: Lang) -> TriedSentence:
    return TriedSentence(
        normalised=found.normalised,
        pinyin=found.pinyin,
        considered=tuple(
            TriedPhrase(
                code=one.code,
                phrase=one.phrase,
                how=one.how,
                quote=one.quote,
                distance=one.distance,
                confidence=one.confidence,
                dropped=None if one.dropped is None else rendered_message(one.dropped, lang),
            )
            for one in found.considered
        ),
    )


def book_of(settings: Settings, lang: Lang) -> tuple[Book | None, RulesFault | None]:
    """The rules, or why they cannot be read now."""
    try:
        return read_book(settings), None
    except UsageError as error:
        return None, rules_fault(error, lang, settings)


@router.get("")
def sheet(request: Request, visitor: Reader, settings: TheSettings, store: TheStore) -> Response:
    book, problem = book_of(settings, visitor.lang)
    author, use = _author(visitor), store.rule_usage.criteria(visitor.scope)
    rubric = None
    if book:
        trust = trust_lines(book.rubric, store.trust.criteria(book.rubric), names=visitor.sees_reviewers)
        rarity = by_criterion(store.trust.rarities(book.rubric))
        rubric = RuleReader(book, visitor.lang, author, on_page(trust), rarity).rubric(use)
    return page(request, RubricPage(rubric, problem, author), visitor=visitor)


@router.get("/phrases")
def codes(request: Request, visitor: Reader, settings: TheSettings, store: TheStore) -> Response:
    book, problem = book_of(settings, visitor.lang)
    author, use = _author(visitor), store.rule_usage.phrases(visitor.scope)
    found = RuleReader(book, visitor.lang, author).codes(use) if book else ()
    revision = book.lexicons.revision if book else ""
    return page(request, CodesPage(found, revision, problem, author), visitor=visitor)


@router.get("/phrases/{code}")
def code(request: Request, code: str, visitor: Reader, settings: TheSettings, store: TheStore) -> Response:
    book, problem = book_of(settings, visitor.lang)
    if book is None or code not in book.lexicons.codes:
        raise Missing(problem.text if problem else f"there is no code {code!r}", code="missing")
    reader = RuleReader(book, visitor.lang, _author(visitor))
    found, usage = book.lexicons.codes[code], store.rule_usage
    use, criteria = usage.phrases(visitor.scope, code=code), usage.criteria(visitor.scope)
    context = CodePage(
        code=reader.code(found, usage.phrases(visitor.scope)),
        phrases=tuple(reader.phrase(one, use) for one in book.phrases(code)),
        used_by=tuple(
            (item.id, item.title, criteria.get(item.id, CriterionUse())) for item in book.items_using(code)
        ),
        recent=tuple(
            CodeHit(hit.call_id, hit.start, hit.end, _proof(hit, found.kind, visitor.lang))
            for hit in usage.recent(code, visitor.scope)
        ),
        problem=problem,
        author=reader.author,
    )
    return page(request, context, visitor=visitor)


@router.get("/try")
def try_sentence(
    request: Request,
    visitor: Reader,
    settings: TheSettings,
    text: Annotated[str, Query(max_length=MOST_TRIED)] = "",
    role: Role = Role.AGENT,
) -> Response:
    book, problem = book_of(settings, visitor.lang)
    found = None
    if book is not None and text.strip():
        found = _tried(explain(book.lexicons, text, role, matcher=matcher_of(settings)), visitor.lang)
    author = _author(visitor)
    if request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true":
        return fragment(request, TriedFragment(found, author), visitor=visitor)
    return page(request, TryPage(text, role, found, problem, author), visitor=visitor)
