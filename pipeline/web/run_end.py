"""Telling whoever watches over runs how one ended: by mail, and by a POST to an address of the centre's own.

Off unless the settings name somebody. What is told are counts and the address of the page: no name, no call.
A run never fails for it; what could not be told is tried again by ``callinspect notify`` and the review room,
and so is the end of a run that was killed and could tell nobody itself.
"""

from __future__ import annotations

import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any

from pipeline.batch.operation import WatchedRun, has_news, told, watched
from pipeline.messages import say
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.links import base_url
from pipeline.web.mailing import connected

LATEST = timedelta(hours=48)
"""Nobody is told of older runs: where the settings are new, of none that was long ago."""
_COUNTS = ("found", "inspected", "partial", "unreadable", "accepted", "waiting", "left")


def tell_ends(store: Store, settings: Settings) -> tuple[int, tuple[str, ...]]:
    """Tell of every run that ended and of which nobody was told; how many, and what went wrong with telling.

    Raises:
        StoreError: the store refused.
    """
    if not wanted(settings):
        return 0, ()
    sent, wrong = 0, list[str]()
    for one in watched(store, store.runs.untold(since=datetime.now(UTC) - LATEST, running=True)):
        if one.run.state == "running" and not one.health.to_run_again:
            continue
        if not store.runs.take_telling(one.run.id):
            continue
        failed = told(one.run, "exit_status") and has_news(store, one.run)
        if not (settings.runs.always or one.health.to_run_again or failed):
            continue
        gone, unsent = _send(record_of(one, settings), settings)
        wrong += unsent
        sent += gone
        if not gone:
            store.runs.untaken(one.run.id)
    return sent, tuple(wrong)


def tell_refused(settings: Settings, problem: str) -> tuple[str, ...]:
    """Tell that a run could not even begin, or broke off; what went wrong with telling."""
    if not wanted(settings):
        return ()
    return tuple(_send({"event": "run-refused", "problem": problem}, settings)[1])


def wanted(settings: Settings) -> bool:
    """Whether anybody is to be told."""
    return bool(settings.runs.webhook or (settings.runs.mail and settings.mail.host))


def record_of(one: WatchedRun, settings: Settings) -> dict[str, Any]:
    """What is told of a run."""
    run = one.run
    return {
        "event": "run-ended",
        "run": run.id,
        "kind": run.kind,
        "health": one.health.value,
        "exit_status": 3 if one.health.to_run_again else told(run, "exit_status"),
        "host": run.host,
        "started_at": run.started_at.isoformat(timespec="seconds"),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(timespec="seconds"),
        "counts": {name: told(run, name) for name in _COUNTS if name in (run.summary or {})},
        "link": f"{base_url(settings.serve)}/runs/{run.id}",
    }


def _send(record: Mapping[str, Any], settings: Settings) -> tuple[bool, list[str]]:
    """Whether anybody was told, and what went wrong with the others."""
    gone, wrong = False, list[str]()
    for name, needed, send in (
        ("webhook", settings.runs.webhook, _post),
        ("mail", settings.runs.mail and settings.mail.host, _mail),
    ):
        if needed:
            try:
                send(record, settings)
                gone = True
            except (OSError, ValueError, smtplib.SMTPException) as error:
                wrong.append(f"{name}: {type(error).__name__}")
    return gone, wrong


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What was meant for one address goes to no other."""

    def redirect_request(self, *_given: Any) -> None:
        return None


def _post(record: Mapping[str, Any], settings: Settings) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "callinspect"}
    token = settings.runs.webhook_token.get_secret_value()
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps(record, ensure_ascii=False).encode()
    asked = urllib.request.Request(settings.runs.webhook, body, headers, method="POST")  # noqa: S310 (the settings take http and https alone)
    with urllib.request.build_opener(_NoRedirects).open(asked, timeout=settings.runs.seconds):
        pass


def _mail(record: Mapping[str, Any], settings: Settings) -> None:
    lang = settings.lang
    if record["event"] == "run-refused":
        what = say(lang, "run.mail.refused")
        body = str(record["problem"])
    else:
        health = say(lang, f"situation.health.{record['health']}")
        what = say(lang, "run.mail.ended", number=record["run"], health=health)
        counts = "\n".join(f"{say(lang, f'run.count.{name}')}  {n}" for name, n in record["counts"].items())
        body = f"{counts}\n\n{record['link']}"
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"] = settings.mail.sender, ", ".join(settings.runs.mail)
    letter["Subject"] = f"{say(lang, 'app.name')}: {what}"
    letter["Date"], letter["Auto-Submitted"] = formatdate(), "auto-generated"
    letter.set_content(f"{what}\n\n{body}\n")
    with connected(settings.mail) as server:
        server.send_message(letter)
