"""The rules that judged: the text of every rubric and lexicon revision, kept so that every score can be
explained later.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, false, or_, select

from pipeline.rubric import Rubric
from pipeline.store.database import Repository
from pipeline.store.judging import of_sheet
from pipeline.store.projections import refresh_reviewed
from pipeline.store.repositories.rulebook_rows import Rulebook, remember, rubric_of
from pipeline.store.review_tables import cases
from pipeline.store.rule_tables import rule_drafts, rulebooks
from pipeline.store.statements import now, upsert
from pipeline.store.tables import inspections


class Rulebooks(Repository):
    """The text of every rubric and lexicon revision that judged a call of this store."""

    def missing(self, revisions: Sequence[str]) -> set[str]:
        """Those of these revisions that are not kept yet."""
        t = rulebooks.c
        with self._read() as connection:
            found = connection.execute(select(t.revision).where(t.revision.in_(list(revisions)))).scalars()
            return set(revisions) - set(found)

    def keep(self, books: Sequence[Rulebook]) -> None:
        """Keep these; what is there already stays as it is.

        Calls whose score with people's verdicts could not be worked out without them have it then.
        """
        with self._write() as connection:
            remember(connection, books)
            rubrics = [book.revision for book in books if book.kind == "rubric"]
            unscored = (
                select(cases.c.call)
                .select_from(cases.join(inspections, inspections.c.id == cases.c.inspection))
                .where(
                    cases.c.score.is_(None),
                    inspections.c.score.is_not(None),
                    or_(false(), *(of_sheet(revision) for revision in rubrics)),
                )
                .order_by(cases.c.call)
            )
            for key in connection.execute(unscored).scalars().all():
                refresh_reviewed(connection, key)

    # Edits that people try

    def drafts(self, user: int) -> dict[str, str]:
        """File -> text, of what this person has edited and not given up."""
        d = rule_drafts.c
        with self._read() as connection:
            query = select(d.file, d.text).where(d.user == user).order_by(d.file)
            return {row.file: row.text for row in connection.execute(query)}

    def save_draft(self, user: int, file: str, text: str) -> None:
        """Keep an edit, so that going back, an error or a restart loses nothing."""
        values = {"text": text, "at": now()}
        with self._write() as connection:
            statement = upsert(connection, rule_drafts).values({"user": user, "file": file, **values})
            connection.execute(statement.on_conflict_do_update(index_elements=["user", "file"], set_=values))

    def drop_draft(self, user: int, file: str) -> None:
        """Give an edit up."""
        d = rule_drafts.c
        with self._write() as connection:
            connection.execute(delete(rule_drafts).where(d.user == user, d.file == file))

    def book(self, revision: str) -> Rulebook | None:
        """The text of one revision."""
        t = rulebooks.c
        with self._read() as connection:
            row = connection.execute(select(rulebooks).where(t.revision == revision)).one_or_none()
            return None if row is None else Rulebook(row.revision, row.kind, row.content)

    def rubric(self, revision: str) -> Rubric | None:
        """The rubric of this revision; None where its text is not kept."""
        with self._read() as connection:
            return rubric_of(connection, revision)

    def latest(self) -> Rubric | None:
        """The rubric that was put into use last; None where none is kept that this version can read."""
        t = rulebooks.c
        query = (
            select(t.revision).where(t.kind == "rubric").order_by(t.first_used.desc(), t.revision).limit(1)
        )
        with self._read() as connection:
            revision = connection.execute(query).scalar()
            return None if revision is None else rubric_of(connection, revision)
