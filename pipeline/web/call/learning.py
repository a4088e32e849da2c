"""What the rules could learn from what people said about a finding: sentences of the call, digits masked."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.domain import PARTIES, Evidence, Inspection, Role, Span
from pipeline.errors import Refused
from pipeline.phrases.own_sentences import masked
from pipeline.store.repositories.proposals import ProposalKind, ProposedSentence
from pipeline.web.call.sheet import Entry, FindingStanding
from pipeline.web.rulebook.book import Book

LONGEST = 200
"""Characters of a sentence; what is longer is no example that anybody would read."""
KINDS = {
    FindingStanding.CONFIRMED: ProposalKind.HIT,
    FindingStanding.OVERTURNED: ProposalKind.QUIET,
}
"""Only what is settled is learnt from, so that nobody who is still to listen reads what another said."""


def proposed(entry: Entry | None, inspection: Inspection, book: Book) -> tuple[ProposedSentence, ...]:
    """The sentences that a finding teaches.

    Raises:
        Refused: ``proposal-open``: it is not settled; ``proposal-nothing``: no words were found in it.
    """
    if entry is None or entry.standing not in KINDS:
        raise Refused("only what is settled is learnt from", code="proposal-open")
    found = [*_of_hits(entry, inspection), *_of_people(entry, inspection, book)]
    if not found:
        raise Refused("nothing that was said is behind this finding", code="proposal-nothing")
    return tuple(found)


def _said(place: Evidence) -> bool:
    return place.how is not None and bool(place.phrase)


def _of_hits(entry: Entry, inspection: Inspection) -> Iterator[ProposedSentence]:
    for place in filter(_said, entry.places):
        hit = next((h for h in inspection.hits if h.phrase == place.phrase and h.span == place.span), None)
        if hit is None or hit.role not in PARTIES:
            continue
        yield ProposedSentence(
            kind=KINDS[entry.standing],
            criterion=entry.finding.criterion,
            code=hit.code,
            phrase=hit.phrase,
            role=hit.role,
            span=place.span,
            text=_text(inspection, hit.span, hit.role) or _fit(hit.quote),
        )


def _of_people(entry: Entry, inspection: Inspection, book: Book) -> Iterator[ProposedSentence]:
    if entry.standing is not FindingStanding.CONFIRMED:
        return
    codes = [code for code in book.lexicons.codes if _uses(book, entry.finding.criterion, code)]
    for place in entry.additions:
        role = place.role or Role.AGENT
        text = _fit(place.quote) or _text(inspection, place.span, role)
        if text and role in PARTIES:
            yield ProposedSentence(
                kind=ProposalKind.WORDING,
                criterion=entry.finding.criterion,
                code=codes[0] if codes else "",
                phrase="",
                role=role,
                span=place.span,
                text=text,
            )


def _uses(book: Book, criterion: str, code: str) -> bool:
    return any(item.id == criterion for item in book.items_using(code))


def _text(inspection: Inspection, span: Span, role: Role) -> str:
    """What the party said there."""
    said = [
        u.text
        for u in inspection.transcript.utterances
        if u.role is role and u.span.start < span.end and span.start < u.span.end
    ]
    return _fit("，".join(said))


def _fit(text: str) -> str:
    return masked(text.strip())[:LONGEST]
