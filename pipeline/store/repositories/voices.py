"""The voices of calls: as long as their run, or longer where settings say so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import and_, delete, func, or_, select, update

from pipeline.domain import ROLES_CORRECTED, RoleEvidence
from pipeline.store import codec
from pipeline.store.auditing import note
from pipeline.store.database import Database, Repository
from pipeline.store.erasing import write_back
from pipeline.store.run_tables import runs
from pipeline.store.statements import pages
from pipeline.store.tables import call_voices, calls, inspections
from pipeline.store.voice_rows import StoredVoices, all_voices
from pipeline.store.writing import check_fence

_UNFINISHED = ("running", "stopped", "failed", "abandoned")


class Voices(Repository):
    """Sensitive data: erased when they are not needed, and overwritten in the files."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._engine = database.engine

    def begin(self, run_id: int, *, dump: Path, keep: bool) -> None:
        """Erase, at the start of a run, what no run needs any more.

        What an unfinished run over the same dump heard stays until this one, which goes on with it, has
        finished; so does what runs of the same night hear, and what was kept, where it is still to be kept.
        """
        same = and_(runs.c.dump == str(dump), runs.c.state.in_(_UNFINISHED))
        unfinished = select(runs.c.id).where(or_(same, runs.c.state == "running"))
        v = call_voices.c
        needed = and_(~v.kept, v.run.in_(unfinished))
        needed = or_(needed, v.kept) if keep else needed
        with self._write() as connection:
            check_fence(connection, run_id)
            gone = connection.execute(delete(call_voices).where(~needed)).rowcount
        self._overwrite(gone)

    def all(self) -> list[StoredVoices]:
        """All that are there, by call id."""
        with self._read() as connection:
            return all_voices(connection)

    def set_evidence(self, found: Sequence[tuple[int, RoleEvidence]], *, run_id: int) -> None:
        """State what the roles of calls (by key) rest on, where that changes nothing in their judgement."""
        i = inspections.c
        with self._write() as connection:
            check_fence(connection, run_id)
            for call, evidence in found:
                values = {"role_evidence": codec.role_evidence(evidence)}
                connection.execute(update(inspections).where(i.call == call, i.current).values(values))

    def evidence(self, keys: Sequence[int]) -> dict[int, RoleEvidence]:
        """What the roles of these calls rest on now, by their keys; without those that people corrected."""
        i = inspections.c
        out: dict[int, RoleEvidence] = {}
        with self._read() as connection:
            for page in pages(keys):
                query = select(i.call, i.role_evidence).where(
                    i.call.in_(page), i.current, ~i.engine.endswith(ROLES_CORRECTED)
                )
                for row in connection.execute(query):
                    out[row.call] = codec.read_role_evidence(row.role_evidence)
        return out

    def finish(self, run_id: int, *, keep: bool) -> None:
        """Erase the voices of a run that has done its work, or mark them as kept."""
        with self._write() as connection:
            check_fence(connection, run_id)
            if keep:
                connection.execute(update(call_voices).values(kept=True))
                gone = 0
            else:
                gone = connection.execute(delete(call_voices)).rowcount
        self._overwrite(gone)

    def hand_over(self, run_id: int, to: int) -> None:
        """Leave the voices that a run has heard to another run, which settles them with its own."""
        with self._write() as connection:
            check_fence(connection, run_id)
            mine = (call_voices.c.run == run_id) & ~call_voices.c.kept
            connection.execute(update(call_voices).where(mine).values(run=to))

    def counts(self) -> list[tuple[str, int]]:
        """Agents whose voices are there, each with the number of calls."""
        joined = call_voices.join(calls, call_voices.c.call == calls.c.id)
        agent = func.coalesce(calls.c.agent_id, "")
        query = select(agent, func.count()).select_from(joined).group_by(agent).order_by(agent)
        with self._read() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def erase(self, agent_id: str | None = None) -> int:
        """Erase the voices of an agent's calls, or of all; of how many calls there were any."""
        v = call_voices.c
        wanted = delete(call_voices)
        if agent_id is not None:
            wanted = wanted.where(v.call.in_(select(calls.c.id).where(calls.c.agent_id == agent_id)))
        with self._write() as connection:
            gone = connection.execute(wanted).rowcount
            note(connection, "erase-voices", subject=agent_id or "*", calls=gone)
        self._overwrite(gone)
        return gone

    def _overwrite(self, gone: int) -> None:
        if gone:
            write_back(self._engine)
