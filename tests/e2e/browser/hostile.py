"""What people and machines may write where a name, a word or a comment is expected."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.domain import Inspection, Recording, Transcript, Utterance
from pipeline.ingest import identify
from pipeline.messages import verbatim
from tests.nights import bad_call, record

HIT = "window.pwned=1;alert(1)"
TEXTS = (
    f"<script>{HIT}</script>",
    f"</script><script>{HIT}</script>",
    f"<img src=x onerror='{HIT}'>",
    f'"><img src=x onerror="{HIT}">',
    f"'><svg onload={HIT}>",
    f"<svg><script>{HIT}</script></svg>",
    f"<body onload={HIT}>",
    f"<details open ontoggle={HIT}>",
    f"<input autofocus onfocus={HIT}>",
    f"<a href='javascript:{HIT}'>x</a>",
    f"javascript:{HIT}",
    f"JaVaScRiPt&colon;{HIT}",
    f"data:text/html,<script>{HIT}</script>",
    f"' onmouseover='{HIT}",
    f'" autofocus onfocus="{HIT}" x="',
    f"` onmouseover={HIT} `",
    f"--><script>{HIT}</script><!--",
    f"]]><script>{HIT}</script>",
    f"<iframe srcdoc='<script>{HIT}</script>'></iframe>",
    f"<math><mtext></p><img src onerror={HIT}>",
    f"<div hx-get='/account' hx-trigger='load' hx-on::load='{HIT}'>",
    f"<form action=javascript:{HIT}><button>x",
    "<meta http-equiv=refresh content='0;url=/account'>",
    "<base href='//example.invalid/'>",
    "<link rel=stylesheet href=//example.invalid/x.css>",
    "<style>*{display:none}</style>",
    "<plaintext>",
    "<!--",
    "</body></html>",
    "</title><title>",
    "</textarea></select></table></div></main>",
    "&lt;script&gt;",
    "&amp;amp;&#60;b&#62;&nbsp;",
    "{{ 7 * 7 }}{% raw %}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "{0}{name}%s%d%n%(x)s",
    "%00%0a%2e%2e%2f",
    "../../../etc/passwd",
    "..\\..\\windows",
    "a/b/c",
    "a?b=c&d=e#f",
    "\u202egnp.exe\u202c",
    "\u2066left\u2067right\u2069",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0334\u0335\u0321l\u0322\u0328\u0327g\u0337\u035co\u0321" * 6,
    "A" * 400,
    "字" * 300,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1e8\U0001f1f3\U0001f3fd" * 30,
    "one\x00two\x07\x1b[31mred",
    "line\none\r\ntwo\u2028three",
    "\ufeff\u200b\u00ad\u00a0",
    "'; DROP TABLE calls; --",
    '" OR ""="',
    "''\"\"``\\\\",
    "=HYPERLINK(\"http://example.invalid\";\"x\")",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)\t-2",
    "null",
    "[object Object]",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "\U0010ffff\ue000\ufffd",
    "1e309",
)  # fmt: skip


def plain(text: str) -> str:
    """Without what a person cannot type into a field."""
    return "".join(letter for letter in text if letter >= " ") or "?"


def store_of(folder: Path) -> Iterator[Inspection]:
    """A call for each text; the text is its id, its file, everybody's name and what everybody says."""
    sound = record(folder / "sound.wav")
    digest = identify([sound])
    base = bad_call()
    card = base.scorecard
    assert card is not None
    for number, text in enumerate(TEXTS):
        name = re.sub(r"[/\0]", "_", text).encode()[:200].decode("utf-8", "ignore")
        path = folder / f"{number}{name}.wav"
        os.link(sound, path)
        turned = TEXTS[number:] + TEXTS[:number]
        call = replace(
            base.recording.call,
            call_id=text, agent_id=turned[0], agent_name=turned[1], team=turned[2], queue=turned[3],
            customer_number=turned[4],
        )  # fmt: skip
        utterances = tuple(
            Utterance(each.role, each.span, said)
            for each, said in zip(base.transcript.utterances, turned, strict=False)
        )
        findings = tuple(
            replace(
                each,
                title=turned[place],
                reason=verbatim(turned[place + 1]),
                section=turned[place + 2],
                evidence=tuple(replace(one, quote=turned[place + 3]) for one in each.evidence),
            )
            for place, each in enumerate(card.findings)
        )
        yield replace(
            base,
            recording=Recording(call, (path,), digest),
            revisions=replace(base.revisions, audio_sha256=digest),
            duration=28.0,
            transcript=Transcript(utterances),
            scorecard=replace(card, findings=findings, flag_reasons=(verbatim(turned[5]),)),
        )
