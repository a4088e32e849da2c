"""Measure the review room over a store of 100,000 invented calls.

    python -m scripts.bench_review fill    --store sqlite:////tmp/big.db --calls 100000
    python -m scripts.bench_review screens --store sqlite:////tmp/big.db --rounds 20
    python -m scripts.bench_review load    --store sqlite:////tmp/big.db --reviewers 50 --seconds 300

``screens`` asks for one page after the other and prints the time the server took (wall and processor), from
the first byte of the question to the last of the answer. ``load`` lets reviewers work at once: open the queue
with some filter, take the next call, hear of it, decide its findings, finish it. Any answer that is not meant
counts as an error, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import subprocess
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from typing import Any

import httpx

from pipeline.settings import load_settings
from pipeline.store import Store, open_store
from scripts.synthetic_calls import AGENTS, CRITERIA, ESCALATIONS, agent_of
from scripts.synthetic_store import fill

HEADER = b"server-timing"


class Timed:
    """Writes into each answer how long the application took until it began to answer."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, used = time.perf_counter(), time.process_time()

        async def timed(message: Any) -> None:
            if message["type"] == "http.response.start":
                wall, cpu = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used)
                message["headers"] = [
                    *message["headers"],
                    (HEADER, f"app;dur={wall:.2f}, cpu;dur={cpu:.2f}".encode()),
                ]
            await send(message)

        await self._app(scope, receive, timed)


def serve(url: str, port: int) -> None:
    """The real application, as ``callinspect serve`` runs it, with a watch on it."""
    import uvicorn

    from pipeline.web.app import create_app
    from pipeline.web.titles import code_titles

    with open_store(url) as store:
        settings = load_settings(store=url)
        app = create_app(settings, store)
        code_titles(settings)  # as serve does at its start
        uvicorn.run(
            Timed(app), host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off"
        )


@contextmanager
def server(url: str, port: int) -> Iterator[str]:
    """A server of its own process, gone at the end."""
    command = [sys.executable, "-m", "scripts.bench_review", "serve", "--store", url, "--port", str(port)]
    process = subprocess.Popen(command)  # noqa: S603 - ourselves
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{base}/sign-in", timeout=2)
                time.sleep(2)  # it reads the rules meanwhile
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield base
    finally:
        process.terminate()
        process.wait(20)


@dataclass(frozen=True)
class Person:
    cookie: str
    csrf: str


def sign_in(store: Store, name: str) -> Person:
    """A session without a password: hashing is measured elsewhere."""
    from pipeline.web.secrets import digest, new_token

    user = store.accounts.named(name)
    assert user is not None, f"fill the store first: there is no user {name}"
    token, csrf = new_token(), new_token()
    store.sessions.open(user.id, token=digest(token), csrf=csrf, seconds=86400)
    return Person(token, csrf)


def questions(chance: random.Random, latest: date) -> dict[str, list[str]]:
    """Screen -> addresses people ask for."""
    night = latest.isoformat()
    week = (latest - timedelta(days=6)).isoformat()
    teams = [agent_of(n)[2] for n in range(0, AGENTS, 20)]

    def team() -> str:
        return chance.choice(teams)

    def agent() -> str:
        return agent_of(chance.randrange(AGENTS))[0]

    def criterion() -> str:
        return chance.choice(CRITERIA)[0]

    nights = [(latest - timedelta(days=n)).isoformat() for n in range(30)]
    return {
        "overview": ["/", *(f"/?day={chance.choice(nights)}" for _ in range(3))],
        "queue": [
            "/queue",
            "/queue?state=mine",
            "/queue?state=done",
            f"/queue?team={team()}",
            f"/queue?agent={agent()}",
            f"/queue?criterion={criterion()}",
            f"/queue?severity={chance.choice('ABCD')}",
            f"/queue?from={week}&to={night}&team={team()}&criterion={criterion()}",
            "/queue?confidence_to=0.6",
            "/queue?score_from=60&score_below=80",
            f"/queue?alert={chance.choice(ESCALATIONS[:-1])}",
        ],
        "all calls": [
            "/queue?state=all",
            f"/queue?state=all&from={night}&to={night}",
            f"/queue?state=all&team={team()}&flagged=1",
            f"/queue?state=all&agent={agent()}&violating=1",
            f"/queue?state=all&criterion={criterion()}",
            "/queue?state=all&status=unreadable",
            "/queue?state=all&score_below=60",
            "/queue?state=all&alert=any",
        ],
        "search": [
            f"/queue?state=all&text={text}"
            for text in (
                "投诉",
                "12315",
                "保证收益",
                "快递 签收",
                "退款",
                "我再跟您说一遍",
                "您好",
                "请问",
                "紫色大象",
            )
        ]
        + [f"/queue?text=发票&team={team()}", "/queue?text=法院见"],
        "agents": ["/agents", f"/agents?team={team()}", f"/agents?from={nights[-1]}&to={night}"],
        "agent": [f"/agents/{agent()}" for _ in range(3)],
    }


_TIMING = re.compile(r"app;dur=([\d.]+), cpu;dur=([\d.]+)")


def screens(url: str, port: int, rounds: int) -> int:
    """Print p50, p95 and p99 for each screen."""
    chance = random.Random(7)  # noqa: S311
    with open_store(url) as store:
        visitor = sign_in(store, "super1")
        latest = store.days.latest(_everything(), limit=1)[0]
        some = [row.call_id for row in _some_calls(store)]
    wall: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    slowest: dict[str, tuple[float, str]] = {}
    with server(url, port) as base, httpx.Client(base_url=base, timeout=60) as http:
        http.cookies.set("callinspect", visitor.cookie)
        for _ in range(rounds):
            asked = questions(chance, latest) | {"call": [f"/calls/{chance.choice(some)}" for _ in range(5)]}
            for screen, addresses in asked.items():
                for address in addresses:
                    answer = http.get(address)
                    assert answer.status_code == 200, (address, answer.status_code)
                    found = _TIMING.search(answer.headers["server-timing"])
                    assert found is not None
                    wall[screen].append(float(found[1]))
                    cpu[screen].append(float(found[2]))
                    if float(found[1]) > slowest.get(screen, (0.0, ""))[0]:
                        slowest[screen] = (float(found[1]), address)
    print(f"{'screen':12}{'asked':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'cpu p95':>9}  ms, slowest")
    for screen, values in wall.items():
        p50, p95, p99 = (quantile(values, q) for q in (0.5, 0.95, 0.99))
        busy = quantile(cpu[screen], 0.95)
        worst = f"{slowest[screen][0]:.0f} {slowest[screen][1]}"
        print(f"{screen:12}{len(values):7}{p50:8.0f}{p95:8.0f}{p99:8.0f}{busy:9.0f}  {worst}")
    return 0


def _everything() -> Any:
    from pipeline.domain import Scope

    return Scope()


def _some_calls(store: Store) -> Any:
    from pipeline.store.filter import CallFilter, QueueState

    page = store.queue.page(CallFilter(state=QueueState.ALL, flagged=True), _everything(), limit=300)
    return page.rows


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Tally:
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    finished: int = 0


class Reviewer:
    """Somebody at work, with a pause (seconds, on average) before each request."""

    def __init__(
        self, base: str, person: Person, seed: int, tally: Tally, latest: date, pause: float
    ) -> None:
        self._pause = pause
        self._http = httpx.AsyncClient(base_url=base, timeout=60)
        self._http.cookies.set("callinspect", person.cookie)
        self._csrf, self._tally, self._latest = person.csrf, tally, latest
        self._chance = random.Random(seed)  # noqa: S311

    async def work(self, until: float) -> None:
        async with self._http:
            await asyncio.sleep(self._chance.random() * 2)
            while time.monotonic() < until:
                try:
                    await self._one()
                except httpx.HTTPError as error:
                    self._tally.errors[f"{type(error).__name__}"] += 1

    async def _one(self) -> None:
        queue = self._chance.choice(questions(self._chance, self._latest)["queue"])
        await self._get("queue", queue)
        taken = await self._post("next", "/queue/next", {"query": queue.partition("?")[2]})
        place = taken.headers.get("location", "")
        if not place.startswith("/calls/"):
            return
        page = unescape((await self._get("call", place)).text)
        call = place.partition("?")[0]
        failed = sorted(set(re.findall(r'name="criterion" value="([\w-]+)"', page)))
        seen = re.search(r'name="seen" value="(\d+)"', page)
        version = seen[1] if seen else "0"
        for criterion in failed[:3]:
            verdict = self._chance.choices(("confirmed", "overturned", "unsure"), (80, 15, 5))[0]
            fields = {"criterion": criterion, "verdict": verdict, "seen": version}
            answer = await self._post("decide", f"{call}/verdicts", fields, htmx=True, told=(400, 409))
            found = re.search(r'name="seen" value="(\d+)"', answer.text)
            version = found[1] if found else version
        await self._post("finish", f"{call}/finish", {"seen": version}, told=(400, 409))
        await self._post("release", "/queue/release", {"call_id": call.rpartition("/")[2]})
        self._tally.finished += 1

    async def _get(self, kind: str, path: str) -> httpx.Response:
        return await self._timed(kind, self._http.build_request("GET", path), ())

    async def _post(
        self, kind: str, path: str, fields: dict[str, str], *, htmx: bool = False, told: tuple[int, ...] = ()
    ) -> httpx.Response:
        data = {"csrf": self._csrf, "request": str(uuid.uuid4()), **fields}
        headers = {"HX-Request": "true"} if htmx else {}
        return await self._timed(
            kind, self._http.build_request("POST", path, data=data, headers=headers), told
        )

    async def _timed(self, kind: str, request: httpx.Request, told: tuple[int, ...]) -> httpx.Response:
        await asyncio.sleep(self._pause * 2 * self._chance.random())
        began = time.perf_counter()
        answer = await self._http.send(request)
        self._tally.times[kind].append(1000 * (time.perf_counter() - began))
        if answer.status_code in told:
            self._tally.told[f"{kind} {answer.status_code}"] += 1
        elif answer.status_code >= 400:
            self._tally.errors[f"{kind} {answer.status_code}"] += 1
            print(kind, answer.status_code, request.url, answer.text[:300], file=sys.stderr)
        return answer


async def _load(base: str, people: list[Person], seconds: float, latest: date, pause: float) -> Tally:
    tally = Tally()
    until = time.monotonic() + seconds
    workers = [Reviewer(base, person, n, tally, latest, pause) for n, person in enumerate(people)]
    await asyncio.gather(*(worker.work(until) for worker in workers))
    return tally


def load(url: str, port: int, reviewers: int, seconds: float, pause: float) -> int:
    """Print what fifty people at once got; 1 where anything went wrong."""
    with open_store(url) as store:
        people = [sign_in(store, f"reviewer{n}") for n in range(reviewers)]
        latest = store.days.latest(_everything(), limit=1)[0]
    with server(url, port) as base:
        tally = asyncio.run(_load(base, people, seconds, latest, pause))
    asked = sum(map(len, tally.times.values()))
    print(f"{reviewers} reviewers, {seconds:.0f} s: {asked} requests, {asked / seconds:.1f} a second,")
    print(f"{tally.finished} calls finished, {sum(tally.errors.values())} errors {dict(tally.errors)},")
    print(f"told: {dict(tally.told)}")
    print(f"{'':12}{'asked':>7}{'mean':>8}{'p50':>8}{'p95':>8}{'p99':>8}  ms, as the client sees it")
    for kind, values in tally.times.items():
        p50, p95, p99 = (quantile(values, q) for q in (0.5, 0.95, 0.99))
        print(f"{kind:12}{len(values):7}{statistics.mean(values):8.0f}{p50:8.0f}{p95:8.0f}{p99:8.0f}")
    return 1 if tally.errors else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("fill", "serve", "screens", "load"))
    parser.add_argument("--store", required=True)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two clicks, on average")
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    match given.what:
        case "fill":
            with open_store(given.store) as store:
                print(f"{given.calls} calls in {fill(store, total=given.calls):.0f} s")
            return 0
        case "serve":
            serve(given.store, given.port)
            return 0
        case "screens":
            return screens(given.store, given.port, given.rounds)
        case _:
            return load(given.store, given.port, given.reviewers, given.seconds, given.pause)


if __name__ == "__main__":
    sys.exit(main())
