"""A call that is judged by a small sheet, whose text is kept: what people decide moves its score."""

from __future__ import annotations

from dataclasses import replace

from pipeline.domain import Inspection
from pipeline.rubric import dialogue, parse_rubric, score
from pipeline.rubric.trust import TrustGate, Withheld
from pipeline.store import Store
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.nights import night_call

SHEET = """
rubric: small
title: 小表
pass_mark: 80
sections:
  - id: service
    title: 服务
    criteria:
      - id: shirking
        title: 首问负责
        points: 20
        items:
          - {id: shirk, title: 推诿, severity: B, deduct: 12, check: {phrase: {codes: [shirk]}}}
          - {id: hung-up, title: 坐席主动挂机, severity: B, deduct: 12, check: {phrase: {codes: [bye]}}}
      - id: manner
        title: 态度
        points: 40
        items:
          - {id: rude, title: 不耐烦, severity: D, deduct: 4, up_to: 12, check: {phrase: {codes: [rude]}}}
          - {id: promise, title: 违规承诺, severity: C, deduct: 6, check: {phrase: {codes: [promise]}}}
      - id: grave
        title: 红线
        points: 40
        items:
          - {id: abuse, title: 辱骂, severity: A, fatal: sheet, check: {phrase: {codes: [abuse]}}}
flag:
  - {severity: [A], reason: A级违规}
  - {severity: [B], reason: B级违规}
  - {severity: [C], reason: C级违规}
  - {severity: [D], when: {call: {direction: inbound}}, reason: D级违规}
  - {below_pass_mark: true, reason: 得分低于及格线}
"""
OPENING = ("坐席: 您好，请问有什么可以帮您", "客户: 我想问一下送货时间是什么时候", "坐席: 明天下午三点")


def judged_call(call_id: str, *codes: str, only_flags: tuple[str, ...] = ()) -> Inspection:
    """A call in which the agent says a phrase of each of these codes, with the card that its sheet gives.

    ``only_flags``: items that take no points.
    """
    rubric = parse_rubric(SHEET)
    said = (f"坐席: [{code}|某句话]" for code in codes)
    gate = TrustGate(tuple(Withheld(item, True, 0, 0, None, None, 0.7) for item in only_flags))
    card = score(rubric, dialogue(*OPENING, *said, direction="inbound"), gate)
    made = night_call(call_id, card=card)
    return replace(made, revisions=replace(made.revisions, rubric=rubric.revision))


def keep_sheet(store: Store) -> None:
    store.rulebooks.keep([Rulebook(parse_rubric(SHEET).revision, "rubric", SHEET)])
