"""What reviewers propose that the rules learn, and what a supervisor makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.batch.publishing import layer_of
from pipeline.batch.rule_edits import EditContent
from pipeline.errors import Refused, UsageError
from pipeline.messages import say
from pipeline.phrases.own_sentences import masked
from pipeline.store.repositories.proposals import NewDraft, Proposal, ProposalKind
from pipeline.web.access import (
    Permission,
    TheSettings,
    TheStore,
    Visitor,
    allowed,
    check_unsealed,
    nothing_sealed,
)
from pipeline.web.context import PageContext
from pipeline.web.fields import Number, RequestName
from pipeline.web.render import page
from pipeline.web.rulebook import drafting
from pipeline.web.rulebook.book import Book, book_for_page, read_book
from pipeline.web.sanitise import sanitise

router = APIRouter(prefix="/rules/proposals")

Editor = Annotated[Visitor, Depends(allowed(Permission.EDIT_RULES))]


@dataclass(frozen=True, slots=True)
class ProposalsPage(PageContext):
    template: ClassVar[str] = "rules/proposals.html"
    proposals: tuple[Proposal, ...]
    answered: bool
    """True where those that were answered are shown too."""
    layered: bool
    drafts: tuple[tuple[int, str], ...]
    """Drafts that an accepted one can go into: number and title."""
    codes: tuple[tuple[str, str], ...]
    """Code and title, of what a new wording can be."""


class ProposalAnswer(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"


@router.get("", dependencies=[Depends(nothing_sealed)])
def index(
    request: Request, visitor: Editor, settings: TheSettings, store: TheStore, answered: bool = False
) -> Response:
    drafts = tuple((e.id, e.title) for e in store.rule_edits.all() if e.state in ("draft", "tried"))
    try:
        codes = tuple((c.code, c.title) for c in read_book(settings).lexicons.codes.values())
    except UsageError:
        codes = ()
    found = store.proposals.all(visitor.scope, open_only=not answered)
    context = ProposalsPage(found, answered, settings.layer is not None, drafts, codes)
    return page(request, context, visitor=visitor)


@router.post("/{proposal_id}")
def answer(
    proposal_id: Number,
    visitor: Editor,
    settings: TheSettings,
    store: TheStore,
    request_id: RequestName,
    do: Annotated[ProposalAnswer, Form()] = ProposalAnswer.ACCEPT,
    text: Annotated[str, Form(max_length=400)] = "",
    reason: Annotated[str, Form(max_length=400)] = "",
    code: Annotated[str, Form(max_length=60)] = "",
    edit: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """Refuse with a reason, or put the sentence, as it stands in the field, into a draft of the rules.

    Raises:
        Refused: ``edit-opposite``: the draft has the same sentence with the opposite answer, which would be
            replaced without a word.
    """
    found = store.proposals.proposal(proposal_id, visitor.scope)
    check_unsealed(visitor, found.call_id)
    by = visitor.user.id
    if do is ProposalAnswer.REFUSE:
        store.proposals.refuse(proposal_id, by=by, reason=reason)
        return RedirectResponse("/rules/proposals", status_code=303)
    layer_of(settings)
    words = masked(text.strip() or found.sentence.text)
    made = _content(book_for_page(settings), found, words, code or found.sentence.code, reason)

    def with_it(content: Mapping[str, Any]) -> Mapping[str, Any]:
        draft = EditContent.model_validate(content)
        if (text := draft.contradicts(made)) is not None:
            raise Refused(f"the draft says the opposite of {text!r}", code="edit-opposite", text=text)
        return draft.merged(made).dumped()

    title = say(visitor.lang, "proposals.draft-title", number=found.id)
    into = edit or NewDraft(title, request_id)
    changed = words if words != found.sentence.text else None
    number = store.proposals.accept(proposal_id, into, with_it, by=by, reason=reason, text=changed)
    return RedirectResponse(f"/rules/edits/{number}", status_code=303)


def _content(book: Book, found: Proposal, words: str, code: str, reason: str) -> EditContent:
    """What an edit says that takes the proposal up.

    Raises:
        Refused: ``edit-form``: an unknown code; ``edit-sentences``.
    """
    if code not in book.lexicons.codes:
        raise Refused(f"there is no code {code!r}", code="edit-form", reason=code)
    at = found.sentence.span
    reason = reason.strip() or f"{sanitise(found.call_id)} {at.start:.1f}–{at.end:.1f} s"
    if found.sentence.kind is ProposalKind.WORDING:
        return drafting.phrase_of(book, code, [words], [], reason)
    hit, quiet = ([words], []) if found.sentence.kind is ProposalKind.HIT else ([], [words])
    return drafting.change_of(book, code, found.sentence.phrase, hit=hit, quiet=quiet, reason=reason)
