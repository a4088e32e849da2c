"""Judging again what is stored: what it needs comes out, new judgements go in beside the old ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.domain import Inspection, PhraseHit, Recording
from pipeline.rubric.rarity import Words
from pipeline.store import judging, standing, upholding
from pipeline.store.database import Repository
from pipeline.store.filter import CallFilter
from pipeline.store.judging import Judgement
from pipeline.store.standing import KeptJudgement
from pipeline.store.statements import pages


class Judgements(Repository):
    """Judgements of one hearing by several lexicons and rubrics."""

    def outdated(self, where: CallFilter | None = None, *, lexicons: str, rubric: str) -> list[int]:
        """Keys of current inspections of calls that were heard, but judged by other rules than these."""
        with self._read() as connection:
            return judging.outdated(connection, where or CallFilter(), lexicons=lexicons, rubric=rubric)

    def heard(self, keys: Sequence[int]) -> Iterator[tuple[int, Inspection]]:
        """Key and inspection, with what judging again needs and no more: no ledger, of the evidence only
        that of violations; words are read when somebody asks."""
        for page in pages(keys):
            with self._read() as connection:
                found = list(judging.heard(connection, page))
            yield from found

    def standing(self, keys: Sequence[int], *, rubric: str, program: str) -> Iterator[tuple[int, Inspection]]:
        """Those of these inspections that would be judged alike if their hits were the same, each with its
        key: judged by this rubric with its gate and by this program, by the facts that the call has now. Of
        what was heard there is only who said what, when; of the judgement only what it came to."""
        for page in pages(keys):
            with self._read() as connection:
                found = list(standing.standing(connection, page, rubric=rubric, program=program))
            yield from found

    def confirmed(self, keys: Sequence[int]) -> Mapping[int, tuple[PhraseHit, ...]]:
        """Hits that the sound confirmed for other revisions of what these inspections heard, by key."""
        with self._read() as connection:
            return judging.confirmed(connection, keys)

    def confirmed_earlier(self, inspection: Inspection) -> tuple[PhraseHit, ...]:
        """Hits that the sound confirmed for other revisions of what this stored inspection heard, the newest
        revision first: whoever judges it again needs them."""
        with self._read() as connection:
            return judging.confirmed_earlier(connection, inspection)

    def upheld(self, keys: Sequence[int]) -> Mapping[int, Words]:
        """What people settled in the calls of these inspections, by key; of calls that people spoke of, and
        where a rate was ever learned."""
        with self._read() as connection:
            found: dict[int, Words] = {}
            for page in pages(keys):
                found |= upholding.words(connection, page)
            return found

    def words_of(self, recording: Recording, *, turned: bool = False) -> Words:
        """What people settled on this sound of a call: no learned rate undoes it.

        Args:
            turned: agent and customer are about to be taken the other way round.
        """
        call_id, sound = recording.call.call_id, recording.sha256
        with self._read() as connection:
            return upholding.words_in(connection, call_id, sound, turned=turned)

    def save(self, made: Sequence[Judgement | KeptJudgement], *, run_id: int) -> int:
        """Store new judgements beside the old ones, all in one transaction, and make them current.

        They share what was heard with the inspections they are made from. One whose inspection is not current
        any more is left out; where the same judgement is stored already, that one becomes current.

        Returns:
            How many calls have a new current inspection.
        """
        with self._write() as connection:
            return judging.save_judgements(connection, made, run_id=run_id)
