"""Invented calls as rows of the tables: who spoke, what was said, found and scored.

The same seed gives the same.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table

from pipeline.domain import LedgerEntry
from pipeline.messages import Message, title, verbatim
from pipeline.store import codec
from pipeline.store.tables import (
    calls,
    findings,
    hearings,
    hits,
    inspections,
    measurements,
    utterances,
)

DAYS, AGENTS, TEAMS = 30, 200, 10
FIRST_DAY = datetime(2026, 10, 21)
CRITERIA = (
    ("greeting-missing", "未报开头语", "服务规范", "D", 0.03),
    ("closing-missing", "未报结束语", "服务规范", "D", 0.05),
    ("rating-prompt-missing", "未邀请客户评价", "服务规范", "C", 0.04),
    ("hold-no-notice", "保持前未征得同意", "服务规范", "D", 0.02),
    ("dead-air", "长时间静音", "服务规范", "D", 0.05),
    ("too-fast", "语速过快", "沟通技巧", "D", 0.03),
    ("interrupt-customer", "打断客户", "沟通技巧", "D", 0.04),
    ("attitude-impatient", "不耐烦、质问客户", "沟通技巧", "D", 0.02),
    ("attitude-dismissive", "冷漠敷衍", "沟通技巧", "D", 0.02),
    ("empathy-missing", "未安抚、未致歉", "沟通技巧", "D", 0.02),
    ("identity-missing", "未核实客户身份", "业务合规", "B", 0.015),
    ("shirk", "推诿", "业务合规", "B", 0.01),
    ("promise-return", "违规承诺收益", "业务合规", "C", 0.005),
    ("abuse", "辱骂侮辱客户", "红线", "A", 0.001),
    ("ask-sensitive", "索要密码、CVV、验证码", "红线", "A", 0.002),
)
ESCALATIONS = ("esc-12315", "esc-consumer", "esc-media", "esc-lawsuit", "esc-cbirc", "esc-complaint")
_POINTS = {"A": -100.0, "B": -12.0, "C": -8.0, "D": -4.0, "E": -2.0}
_QUEUES = ("售后", "投诉", "账单", "物流")
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "小明志远丽华建国思雨浩然佳怡子轩梦瑶"
_AGENT_SAYS = (
    "您好，请问有什么可以帮您？",
    "请您稍等，我帮您查询一下订单的物流信息。",
    "非常抱歉给您带来不便，我马上为您登记。",
    "您的套餐每月费用是五十九元，下个月一号生效。",
    "请问您的手机号后四位是多少？",
    "退款会在三到五个工作日原路返回到您的账户。",
    "感谢您的耐心等待，已经为您处理好了。",
    "请问您还需要其他帮助吗？感谢您的来电，再见。",
)
_CUSTOMER_SAYS = (
    "我的快递显示签收了，可是我根本没收到啊。",
    "上个月的账单怎么多扣了二十块钱？",
    "我想把流量套餐改成便宜一点的。",
    "已经打了三次电话了，一直没有人处理。",
    "好的，那我再等两天看看。",
    "发票什么时候能开出来？",
    "你们这个活动说好的优惠为什么没有到账？",
    "行，谢谢你。",
)
_SAID = {
    "attitude-impatient": "我再跟您说一遍，你明白吗？",
    "attitude-dismissive": "那我也没办法，随便你。",
    "shirk": "这不归我管，你找别的部门。",
    "promise-return": "这个产品保证收益，绝对不会亏。",
    "abuse": "你有病吧，听不懂人话。",
    "ask-sensitive": "您把短信验证码念给我。",
}
_THREATS = {
    "esc-12315": "再不解决我就打12315投诉你们。",
    "esc-consumer": "我要去消协告你们。",
    "esc-media": "我会找记者曝光这件事情。",
    "esc-lawsuit": "那我们就法院见，我要起诉。",
    "esc-cbirc": "我要向监管部门举报。",
    "esc-complaint": "我要投诉你。",
}
_ALERTED = ESCALATIONS[:-1]


def agent_of(number: int) -> tuple[str, str, str]:
    """Identifier, name and team."""
    chance = random.Random(f"agent {number}")  # noqa: S311 - invention, not secrecy
    name = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, 2))
    return f"{8000 + number}", name, f"客服{number * TEAMS // AGENTS + 1:02}组"


def _rating(key: int, agent: int) -> str | None:
    """One customer in three rates the call; of some agents more are content. By its own chance: all else that
    is invented stays as it was."""
    chance = random.Random(f"rating {key}")  # noqa: S311
    if chance.random() > 0.35:
        return None
    charm = random.Random(f"charm {agent}").uniform(1.5, 8)  # noqa: S311
    marks = ("very-satisfied", "satisfied", "neutral", "dissatisfied", "very-dissatisfied")
    return chance.choices(marks, (charm, charm, 1, 0.5, 0.2))[0]


def _bonus(key: int) -> dict[str, Any]:
    """The bonus for praise, which one call in twenty has."""
    earned = random.Random(f"praise {key}").random() < 0.05  # noqa: S311
    proof = [[3.0, 5.5, "customer", "你服务态度真好", "praise", "exact", 0.9]] if earned else []
    return {
        "inspection": key,
        "number": len(CRITERIA),
        "criterion": "praise",
        "title": "客户表扬",
        "section": "加分项",
        "severity": None,
        "outcome": "passed" if earned else "not-applicable",
        "points": 2.0 if earned else 0.0,
        "reason": "",
        "fatal": False,
        "evidence": json.dumps(proof, ensure_ascii=False),
        "occurrences": len(proof),
        "confidence": None,
        "group_id": "bonus",
        "group_title": "加分项",
    }


class Invention:
    """Rows of one page of calls, by table."""

    def __init__(self, seed: int, total: int, run_id: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311
        self._total, self._run = total, run_id
        self.rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        self.said: list[tuple[int, list[str]]] = []

    def add(self, key: int) -> None:
        """Invent the call with this key: the same number for its hearing and its inspection."""
        chance = self._chance
        day, second = (key - 1) * DAYS // self._total, int(8.5 * 3600 + chance.betavariate(2, 2) * 12 * 3600)
        start = FIRST_DAY + timedelta(days=day, seconds=second)
        agent = chance.randrange(AGENTS)
        agent_id, agent_name, team = agent_of(agent)
        self.rows[calls].append(
            {
                "id": key,
                "call_id": f"C{start:%m%d}{key:07}",
                "agent_id": agent_id,
                "agent_name": agent_name,
                "team": team,
                "queue": _QUEUES[agent % len(_QUEUES)],
                "direction": "inbound",
                "customer_number": f"138****{chance.randrange(10000):04}",
                "started_at": start.isoformat() + "+08:00",
                "started_local": start.isoformat(timespec="microseconds"),
                "agent_channel": "left",
                "satisfaction": _rating(key, agent),
            }
        )
        fate = chance.random()
        status = (
            "unreadable"
            if fate < 0.004
            else "not-applicable"
            if fate < 0.02
            else "partial"
            if fate < 0.025
            else "inspected"
        )
        habit = 0.5 + 1.2 * random.Random(f"habit {agent}").random()  # noqa: S311
        self._inspection(key, status, habit)

    def _inspection(self, key: int, status: str, habit: float) -> None:
        chance = self._chance
        judged = status in ("inspected", "partial")
        failed = [c for c in CRITERIA if judged and chance.random() < c[4] * habit]
        threats = [chance.choice(ESCALATIONS)] if judged and chance.random() < 0.03 else []
        alerts = [code for code in threats if code in _ALERTED]
        score = max(0.0, 100.0 + sum(_POINTS[c[3]] for c in failed)) if judged else None
        grave = [c for c in failed if c[3] in "AB"]
        flagged = bool(grave or alerts or (score is not None and score < 90))
        flagged = flagged or (bool(failed) and chance.random() < 0.3)
        reasons = [Message("flag.named", reason=title("严重违规"), items=title(c[1])) for c in grave]
        reasons += [Message("flag.escalation")] if alerts else []
        if flagged and not reasons:
            reasons = [title("得分低于合格线")]
        duration = round(chance.lognormvariate(5.0, 0.6), 2)
        texts = self._talk(key, [c[0] for c in failed], threats) if status != "unreadable" else []
        left_out = Message("ledger.not-counted", items=title("通话保持"))
        full = LedgerEntry("", Message("ledger.full"), 100.0, (), left_out)
        sentence = {
            "unreadable": verbatim("the file is empty"),
            "not-applicable": Message("gate.only-agent"),
            "partial": verbatim("末尾缺失"),
        }
        self.rows[inspections].append(
            {
                "id": key,
                "call": key,
                "run": self._run,
                "current": True,
                "inspected_at": "2026-11-20T03:00:00+00:00",
                "status": status,
                "reason": codec.message(sentence.get(status)),
                "reason_code": "empty" if status == "unreadable" else None,
                "paths": json.dumps([f"/dump/{key}.wav"]),
                "audio_sha256": f"{key:064x}",
                "engine": "synthetic",
                "model": "none",
                "lexicons": "l1",
                "rubric": "r1",
                "settings": "s1",
                "duration": None if status == "unreadable" else duration,
                "layout": "stereo",
                "score": score,
                "passed": None if score is None else score >= 80,
                "fatal": any(c[3] == "A" for c in failed),
                "flagged": flagged,
                "flag_reasons": codec.messages(reasons),
                "alerts": json.dumps(alerts),
                "not_applicable": codec.message(sentence[status]) if status == "not-applicable" else None,
                "sections": json.dumps([["服务规范", 40, 40], ["沟通技巧", 40, 40]], ensure_ascii=False),
                "ledger": codec.ledger([full] * 6) if judged else None,
                "hearing": key if texts else None,
            }
        )
        if texts:
            self.rows[hearings].append({"id": key, "call": key, "digest": f"{key:064x}"})
            self.said.append((key, texts))
        for number, code in enumerate(threats):
            self.rows[hits].append(self._hit(key, number, code, _THREATS[code]))
        if judged:
            bad = {c[0] for c in failed}
            self.rows[findings] += [self._finding(key, n, c, c[0] in bad) for n, c in enumerate(CRITERIA)]
            self.rows[findings].append(_bonus(key))

    def _talk(self, key: int, failed: list[str], threats: list[str]) -> list[str]:
        chance = self._chance
        texts = [_AGENT_SAYS[0]]
        for _ in range(chance.randrange(2, 5)):
            texts += [chance.choice(_CUSTOMER_SAYS), chance.choice(_AGENT_SAYS[1:-1])]
        texts += [_THREATS[code] for code in threats] + [_SAID[code] for code in failed if code in _SAID]
        texts.append(_AGENT_SAYS[-1])
        for number, text in enumerate(texts):
            start = number * 6.0
            step = 5.0 / len(text)
            words = [
                [c, round(start + i * step, 2), round(start + (i + 1) * step, 2), 0.9]
                for i, c in enumerate(text)
            ]
            self.rows[utterances].append(
                {
                    "hearing": key,
                    "number": number,
                    "role": "customer" if text in _CUSTOMER_SAYS or text in _THREATS.values() else "agent",
                    "starts": start,
                    "ends": start + 5.0,
                    "text": text,
                    "words": json.dumps(words, ensure_ascii=False, separators=(",", ":")),
                    "confidence": 0.9,
                    "role_confidence": 1.0,
                    "overlapped": False,
                }
            )
        for number, name in enumerate(("speech_agent", "silence_total", "speaking_rate_agent")):
            self.rows[measurements].append(
                {
                    "hearing": key,
                    "number": number,
                    "name": name,
                    "value": round(chance.uniform(1, 200), 1),
                    "unit": "s",
                    "spans": "[[1.0,4.5],[12.25,17.0]]",
                }
            )
        return texts

    def _hit(self, key: int, number: int, code: str, quote: str) -> dict[str, Any]:
        return {
            "inspection": key,
            "number": number,
            "code": code,
            "kind": "escalation",
            "phrase": quote,
            "role": "customer",
            "starts": 20.0,
            "ends": 23.0,
            "quote": quote,
            "how": "exact",
            "confidence": 0.95,
            "utterance": 3,
        }

    def _finding(
        self, key: int, number: int, of: tuple[str, str, str, str, float], bad: bool
    ) -> dict[str, Any]:
        code, name, section, severity, _ = of
        chance = self._chance
        place = round(chance.uniform(1, 60), 2)
        sure = round(chance.uniform(0.5, 1.0), 2)
        proof = [[place, place + 2.5, "agent", _SAID.get(code, ""), code, "exact", sure]] if bad else []
        outcome = (
            "failed" if bad else chance.choices(("passed", "not-applicable", "undetermined"), (90, 9, 1))[0]
        )
        return {
            "inspection": key,
            "number": number,
            "criterion": code,
            "title": name,
            "section": section,
            "severity": severity,
            "outcome": outcome,
            "points": _POINTS[severity] if bad else 0.0,
            "reason": codec.message(verbatim(f"坐席：{name}")) if bad else "",
            "fatal": bad and severity == "A",
            "evidence": json.dumps(proof, ensure_ascii=False),
            "occurrences": len(proof),
            "confidence": sure if bad else None,
            "group_id": code,
            "group_title": name,
        }
