"""A call centre that never comes to rest: files come, move, are replaced and go; so does the call list;
people decide, appeal and merge. Everything is real but the recogniser, which writes down what sound it got.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import random
import struct
import wave
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from pipeline.audio import decode
from pipeline.batch.pool import Exited, WorkerEvent, WorkerPool, WorkerProcess
from pipeline.batch.run import run
from pipeline.batch.summary import RunSummary
from pipeline.batch.work import Group, Limits
from pipeline.batch.worker import Began, Ended, Inspected, InspectorFactory, inspections_of
from pipeline.domain import (
    Evidence,
    Finding,
    IdSource,
    Inspection,
    Outcome,
    PhraseHit,
    Recording,
    Revisions,
    Role,
    Scorecard,
    Severity,
    Span,
    Status,
    Transcript,
    Utterance,
    Verdict,
)
from pipeline.errors import ReviewError
from pipeline.ingest import discover, identify
from pipeline.messages import verbatim
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.settings import CallListSettings, Settings
from pipeline.store import Store
from pipeline.store.repositories.rulebook_rows import Rulebook
from pipeline.store.review_tables import appeals, decisions, notes
from pipeline.store.tables import call_files, calls, inspections, metadata
from tests.people import user

REVISIONS = Revisions(audio_sha256="", engine="tiny", model="m1", lexicons="l1", rubric="r1", settings="s1")
FOLDERS = ("", "20", "21")
NAMES = ("0001.wav", "0002.wav", "0003.wav", "0001.mp3")
IDS = ("A", "B", "C", "0001", "20/0001", "A@x")
AGENTS = ("1001", "1002", "")
SOUNDS = 8
CRITERION = "greeting"


def write_sound(path: Path, sound: int) -> None:
    """A recording of five milliseconds; every number is other sound."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        samples = [(sound * 997 + n * 31) % 4000 for n in range(40)]
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def did_nothing(summary: RunSummary) -> bool:
    """Every call had an inspection that is up to date: no worker was started."""
    return summary.workers == 0 and not summary.left and not summary.stopped


class Scribe:
    """Writes down the digest of what it hears, and for whom it judges."""

    def __init__(self, heard: Counter[str]) -> None:
        self._heard = heard

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        for recording in recordings:
            sound = decode(recording.paths)
            digest = identify(recording.paths)
            self._heard[digest] += 1
            said = (Utterance(Role.AGENT, Span(0.0, 0.5), digest),)
            yield self._judged(recording, Transcript(said), sound.duration)

    def judge_again(
        self,
        stored: Inspection,
        *,
        earlier: Sequence[PhraseHit],
        words: Words = NO_WORDS,
    ) -> Inspection:
        return self._judged(stored.recording, stored.transcript, stored.duration)

    @staticmethod
    def _judged(recording: Recording, transcript: Transcript, duration: float | None) -> Inspection:
        finding = Finding(
            criterion=CRITERION,
            title="开场白",
            section="服务用语",
            severity=Severity.D,
            outcome=Outcome.FAILED,
            points=-5.0,
            evidence=(Evidence(Span(0.0, 0.5), Role.AGENT, "喂"),),
            reason=verbatim(f"agent {recording.call.agent_id}"),
        )
        return Inspection(
            recording,
            Status.INSPECTED,
            None,
            replace(REVISIONS, audio_sha256=recording.sha256),
            duration=duration,
            layout="mono",
            transcript=transcript,
            scorecard=Scorecard(
                (finding,), 95.0, True, False, (), flagged=True, flag_reasons=(verbatim("grave"),)
            ),
        )


class LocalWorker(WorkerProcess):
    """A worker in this process: the same messages, without the cost of a new process for each run."""

    def __init__(
        self, factory: InspectorFactory, settings: Settings, events: queue.Queue[WorkerEvent]
    ) -> None:
        self.queued = deque()
        self.left = {}
        self.begun = self.retiring = self.overdue = False
        self.ready = True
        self.calls = self.resident_bytes = self.peak_bytes = 0
        self.deadline = None
        self._inspector, self._settings, self._events = factory(settings), settings, events

    def submit(self, group: Group) -> None:
        self.queued.append(group)
        self._events.put((self, Began()))
        for inspection in inspections_of(self._inspector, group.tasks, self._settings):
            self._events.put((self, Inspected(inspection)))
        self._events.put((self, Ended(None, 0, 0)))

    def kill(self) -> None:
        self._events.put((self, Exited()))


class LocalPool(WorkerPool):
    """A pool of one, in this process."""

    def start_worker(self) -> None:
        worker = LocalWorker(self._factory, self._settings, self._events)
        worker.deadline = None
        self.workers.append(worker)


class World:
    """One sequence of what happens, and what must be so after it."""

    def __init__(self, seed: int, folder: Path, store: Store, url: str) -> None:
        self.random = random.Random(seed)
        self.dump = folder / "dump"
        self.dump.mkdir()
        self.list = folder / "calls.csv"
        self.store = store
        self.settings = Settings(store=url, workers=1, calls=CallListSettings(settle_seconds=0))
        self.log: list[str] = [f"seed {seed}"]
        self.clock = 1_700_000_000
        self.files: dict[Path, int] = {}
        self.rows: dict[str, tuple[str, str]] = {}
        """Id of the list -> file and agent."""
        self.digests: dict[int, str] = {}
        self.meant: dict[str, str] = {}
        self.heard: Counter[str] = Counter()
        self.ran: set[str] = set()
        """Digests that a whole run has met."""
        self.named: dict[str, set[str]] = {}
        """Digest -> ids by which the list (or a merge) has named it."""
        self.made: dict[str, str] = {}
        """What people did (table and key) -> the digest that they heard."""
        store.rulebooks.keep([Rulebook("r1", "rubric", ""), Rulebook("l1", "lexicons", "{}")])
        self.people = [user(store, f"{name}{seed}") for name in ("wang", "li")]
        self.number = 0

    # What happens

    def play(self, steps: int) -> None:
        acts = {
            self.add: 4, self.rename: 2, self.replace: 2, self.copy: 2, self.delete: 1,
            self.edit_list: 4, self.swap_rows: 1, self.run: 5, self.run_some: 1, self.decide: 4, self.undo: 1,
            self.finish: 1, self.claim: 1, self.note: 1, self.appeal: 1, self.merge: 1, self.undo_merge: 1,
        }  # fmt: skip
        self.add()
        for _ in range(steps):
            self.random.choices(list(acts), list(acts.values()))[0]()
        self.run()

    def _place(self) -> Path:
        return self.dump / self.random.choice(FOLDERS) / self.random.choice(NAMES)

    def _write(self, path: Path, sound: int) -> None:
        path.parent.mkdir(exist_ok=True)
        write_sound(path, sound)
        self.clock += 1
        os.utime(path, (self.clock, self.clock))
        self.files[path] = sound
        self.digests[sound] = hashlib.sha256(path.read_bytes()).hexdigest()

    def _say(self, what: str) -> None:
        self.log.append(what)

    def _short(self, path: Path) -> str:
        return str(path.relative_to(self.dump))

    def add(self) -> None:
        path = self._place()
        if path not in self.files:
            self._write(path, self.random.randrange(SOUNDS))
            self._say(f"add {self._short(path)} sound {self.files[path]}")

    def rename(self) -> None:
        if self.files:
            old, new = self.random.choice(sorted(self.files)), self._place()
            if new not in self.files:
                new.parent.mkdir(exist_ok=True)
                old.rename(new)
                self.files[new] = self.files.pop(old)
                self._say(f"move {self._short(old)} to {self._short(new)}")

    def replace(self) -> None:
        if self.files:
            path = self.random.choice(sorted(self.files))
            self._write(path, self.random.randrange(SOUNDS))
            self._say(f"replace {self._short(path)} by sound {self.files[path]}")

    def copy(self) -> None:
        if self.files:
            old, new = self.random.choice(sorted(self.files)), self._place()
            if new not in self.files:
                self._write(new, self.files[old])
                self._say(f"copy {self._short(old)} to {self._short(new)}")

    def delete(self) -> None:
        if self.files:
            path = self.random.choice(sorted(self.files))
            path.unlink()
            del self.files[path]
            self._say(f"delete {self._short(path)}")

    def edit_list(self) -> None:
        name = self.random.choice(IDS)
        if name in self.rows and self.random.random() < 0.3:
            del self.rows[name]
        else:
            places = [self._short(path) for path in sorted(self.files)] or [""]
            self.rows[name] = (self.random.choice(places), self.random.choice(AGENTS))
        self._say(f"list {self.rows}")

    def swap_rows(self) -> None:
        if len(self.rows) > 1:
            one, two = self.random.sample(sorted(self.rows), 2)
            self.rows[one], self.rows[two] = self.rows[two], self.rows[one]
            self._say(f"swap {one} {two}: {self.rows}")

    def run(self) -> None:
        listed = bool(self.rows) and self.random.random() < 0.7
        self._run(listed, None)
        before = self._dump()
        summary = self._run(listed, None)
        assert did_nothing(summary), "the second run does something"
        after = self._dump()
        for table, rows in before.items():
            assert after[table] == rows, f"the second run changes {table}"
        self.ran |= {self.digests[sound] for sound in self.files.values()}
        self._check(whole=True, listed=listed)

    def run_some(self) -> None:
        self._run(bool(self.rows) and self.random.random() < 0.7, self.random.randint(1, 2))
        self._check(whole=False, listed=False)

    def _run(self, listed: bool, limit: int | None) -> RunSummary:
        lines = ["call_id,file,agent_id", *(f"{n},{f},{a}" for n, (f, a) in self.rows.items() if f)]
        self.list.write_text("\n".join(lines) + "\n")
        self.meant = self._meant() if listed else {}
        for name, digest in self.meant.items():
            self.named.setdefault(digest, set()).add(name)
        stored = self._sounds()
        heard = Counter(self.heard)
        self._say(f"run listed={listed} limit={limit}")
        summary = run(
            self.dump,
            settings=self.settings,
            inspector=lambda _settings: Scribe(self.heard),
            revisions=REVISIONS,
            calls=self.list if listed else None,
            limit=limit,
            limits=Limits(),
            pool=LocalPool,
        )
        again = {sound for sound in stored if self.heard[sound] > heard[sound]}
        assert not again, "sound that was heard is listened to again"
        assert not summary.unreadable
        return summary

    def _meant(self) -> dict[str, str]:
        """Id of the list -> digest of the file that its row means: a path of another machine is guessed."""
        found = discover(self.dump, calls=self.list, settings=self.settings.calls)
        return {
            c.call.call_id: self.digests[self.files[c.paths[0]]]
            for c in found.candidates
            if c.source is IdSource.LIST
        }

    # What people do

    def _pick(self) -> tuple[str, str] | None:
        """A call of today, and the digest of what was heard in it."""
        found = sorted((i for i in self.store.inspections.all()), key=lambda i: i.recording.call.call_id)
        if not found:
            return None
        one = self.random.choice(found)
        return one.recording.call.call_id, one.transcript.utterances[0].text

    def _request(self) -> str:
        self.number += 1
        return f"request {self.number}"

    def decide(self) -> None:
        if (found := self._pick()) is not None:
            call_id, heard = found
            case = self.store.cases.case(call_id)
            assert case is not None
            request, by = self._request(), self.random.choice(self.people)
            verdict = self.random.choice([Verdict.CONFIRMED, Verdict.OVERTURNED])
            with suppress(ReviewError):
                self.store.decisions.decide(
                    call_id, CRITERION, verdict, by=by, request=request, seen=case.version
                )
                self.made[f"decision {request}"] = heard
                self._say(f"decide {call_id} {verdict}")

    def undo(self) -> None:
        if (found := self._pick()) is not None:
            call_id, heard = found
            events = [e for e in self.store.decisions.history(call_id) if not e.undone]
            if events:
                event, request = self.random.choice(events), self._request()
                with suppress(ReviewError):
                    self.store.decisions.undo(event.id, by=event.by, request=request)
                    self.made[f"decision {request}"] = heard
                    self._say(f"undo {event.kind} of {call_id}")

    def finish(self) -> None:
        if (found := self._pick()) is not None:
            request = self._request()
            with suppress(ReviewError):
                self.store.decisions.finish(found[0], by=self.people[0], request=request, incomplete=True)
                self.made[f"decision {request}"] = found[1]
                self._say(f"finish {found[0]}")

    def claim(self) -> None:
        if (found := self._pick()) is not None:
            with suppress(ReviewError):
                self.store.cases.claim(found[0], self.random.choice(self.people))
                self._say(f"claim {found[0]}")

    def note(self) -> None:
        if (found := self._pick()) is not None:
            inspection = self.store.inspections.current(found[0])
            assert inspection is not None
            agent = inspection.recording.call.agent_id
            if agent:
                request = self._request()
                self.store.coaching.write(
                    agent, "听一下", by=self.people[0], request=request, call_id=found[0]
                )
                self.made[f"note {request}"] = found[1]
                self._say(f"note on {found[0]}")

    def appeal(self) -> None:
        if (found := self._pick()) is not None:
            with suppress(ReviewError):
                made = self.store.appeals.file(
                    found[0], CRITERION, "不是我", by=None, request=self._request(), late=True
                )
                self.made[f"appeal {made.id}"] = found[1]
                self._say(f"appeal about {found[0]}")

    def merge(self) -> None:
        one, two = self._pick(), self._pick()
        if one is not None and two is not None:
            with suppress(ReviewError):
                done = self.store.merges.merge(one[0], two[0], by=None)
                self.named.setdefault(one[1], set()).add(done.call_id)
                self._say(f"merge {one[0]} in place of {two[0]}")

    def undo_merge(self) -> None:
        if (found := self._pick()) is not None:
            with suppress(ReviewError):
                done = self.store.merges.undo(found[0], by=None)
                self.named.setdefault(found[1], set()).add(done.call_id)
                self._say(f"undo the merge of {found[0]}: {done}")

    # What must be so

    def _rows(self, table: Table) -> list[Any]:
        with self.store._read() as connection:
            return list(connection.exec_driver_sql(f"SELECT * FROM {table.name}"))

    def _dump(self) -> dict[str, list[Any]]:
        left_out = ("runs", "run_progress", "run_failures", "problems", "audit")
        with self.store._read() as connection:
            acts = "SELECT * FROM audit WHERE action <> 'start-run'"  # a run that does nothing is an act too
            return {"audit": sorted(map(tuple, connection.exec_driver_sql(acts)), key=repr)} | {
                name: sorted(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {name}")), key=repr)
                for name in metadata.tables
                if name not in left_out
            }

    def _sounds(self) -> set[str]:
        """Digests that the store knows, without those that were replaced by a corrected file."""
        rows = self._rows(calls)
        return {row.audio_sha256 for row in rows} - {r.audio_sha256 for r in rows if r.replaced_by}

    def _check(self, *, whole: bool, listed: bool) -> None:
        by_key = {row.id: row for row in self._rows(calls)}
        alive = Counter(row.audio_sha256 for row in by_key.values() if row.replaced_by is None)
        dead = Counter(row.audio_sha256 for row in by_key.values() if row.replaced_by is not None)
        assert set(alive) | set(dead) <= set(self.digests.values())
        for digest in self.ran if whole else ():
            assert alive[digest] or dead[digest], "a recording has no call"
        for digest, count in alive.items():
            most = max(0 if dead[digest] else 1, len(self.named.get(digest, ())))
            assert count <= most, f"{count} calls for one recording"
        for row in self._rows(inspections):
            assert row.audio_sha256 == by_key[row.call].audio_sha256
        current = {row.call for row in self._rows(inspections) if row.current}
        assert current == {key for key, row in by_key.items() if row.replaced_by is None}
        for one in self.store.inspections.all():
            assert one.transcript.utterances[0].text == one.recording.sha256
        self._check_people(by_key)
        if whole:
            self._check_places(by_key)
        if whole and listed:
            self._check_list(by_key, dead)

    def _check_people(self, by_key: dict[int, Any]) -> None:
        found: dict[str, str] = {}
        for table, name, key in (
            (decisions, "decision", "request"),
            (notes, "note", "request"),
            (appeals, "appeal", "id"),
        ):
            for row in self._rows(table):
                found[f"{name} {getattr(row, key)}"] = row.audio_sha256
                assert row.audio_sha256 == by_key[row.call].audio_sha256
        assert found == self.made, "what people did is lost, or stands on other sound"

    def _check_places(self, by_key: dict[int, Any]) -> None:
        for row in self._rows(call_files):
            (path,) = (Path(name) for name in json.loads(row.paths))
            sound = self.files.get(path)
            if sound is not None:
                assert by_key[row.call].audio_sha256 == self.digests[sound], f"other sound lies at {path}"
        known = {row.audio_sha256 for row in by_key.values()}
        assert {self.digests[sound] for sound in self.files.values()} <= known

    def _check_list(self, by_key: dict[int, Any], dead: Counter[str]) -> None:
        ids = {row.call_id: row.audio_sha256 for row in by_key.values() if row.replaced_by is None}
        for name, digest in self.meant.items():
            if dead[digest]:
                continue
            merged = any(row.replaced_by is not None for row in by_key.values())
            own = ids.get(name) == digest
            beside = any(i.startswith(f"{name}@") and s == digest for i, s in ids.items())
            assert own or beside or merged, f"{name} of the list is other sound"


def empty(store: Store) -> None:
    """Delete all rows: cheaper than a new database for each sequence."""
    with store._write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.exec_driver_sql(f"DELETE FROM {table.name}")
