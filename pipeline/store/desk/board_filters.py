"""Filters that people keep under a name."""

from __future__ import annotations

from sqlalchemy import delete, select

from pipeline.errors import Refused
from pipeline.store.desk.auditing import note
from pipeline.store.desk.room import Room
from pipeline.store.desk.tables import filters
from pipeline.store.desk.views_board import SavedFilter
from pipeline.store.statements import upsert

AT_MOST = 50
"""Filters one person keeps."""


class Filters(Room):
    """Each person's own filters."""

    def saved_filters(self, user: int) -> tuple[SavedFilter, ...]:
        """By name."""
        f = filters.c
        query = select(f.id, f.name, f.query).where(f.user == user).order_by(f.name)
        with self._read() as connection:
            return tuple(SavedFilter(*row) for row in connection.execute(query))

    def save_filter(self, user: int, name: str, query: str) -> None:
        """Keep a filter; one of the same name is replaced.

        Raises:
            Refused: no name, or too many filters.
        """
        name = " ".join(name.split())[:60]
        if not name:
            raise Refused("a filter needs a name", code="filter-name")
        with self._write() as connection:
            own = select(filters.c.name).where(filters.c.user == user)
            names = set(connection.execute(own).scalars())
            if name not in names and len(names) >= AT_MOST:
                raise Refused(
                    f"at most {AT_MOST} filters; delete one first", code="filter-many", most=AT_MOST
                )
            insert = upsert(connection, filters).values(user=user, name=name, query=query[:2000])
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["user", "name"], set_={"query": insert.excluded.query}
                )
            )
            note(connection, "filter-save", by=user, subject=name)

    def delete_filter(self, user: int, filter_id: int) -> None:
        """Forget one; that of somebody else stays."""
        with self._write() as connection:
            gone = delete(filters).where(filters.c.id == filter_id, filters.c.user == user)
            name = connection.execute(gone.returning(filters.c.name)).scalar()
            if name is not None:
                note(connection, "filter-delete", by=user, subject=name)
