"""What the samples' screens say."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "sample.intro": (
        "先公告规则和种子，再抽取；任何人都能重算验证",
        "rule and seed are announced first; anybody can draw again and compare",
    ),
    "sample.announce": ("公告新抽检", "Announce a sample"),
    "sample.announce-do": ("公告", "Announce"),
    "sample.announce-hint": (
        "公告后规则和种子不能修改；公告时间会保存。期间结束后才能抽取。",
        "Once announced, rule and seed do not change, and the moment is kept. It is drawn after the period.",
    ),
    "sample.title": ("名称", "Title"),
    "sample.rule": ("规则", "Rule"),
    "sample.rule.agent": ("每名坐席 {count} 通", "{count} calls of each agent"),
    "sample.rule.team": ("每个班组 {count} 通", "{count} calls of each team"),
    "sample.rule.all": ("共 {count} 通", "{count} calls in all"),
    "sample.hours-between": ("{first}–{last} 点", "{first}:00–{last}:00"),
    "sample.longer": ("不短于 {seconds} 秒", "{seconds} s or longer"),
    "sample.from": ("从（通话日期）", "Calls from"),
    "sample.to": ("到（含当日）", "to (included)"),
    "sample.hour-from": ("几点起", "Hour from"),
    "sample.hour-to": ("几点前", "before hour"),
    "sample.per": ("分层", "Of each"),
    "sample.per.agent": ("按坐席", "agent"),
    "sample.per.team": ("按班组", "team"),
    "sample.per.all": ("不分层", "all together"),
    "sample.stratum.agent": ("坐席", "Agent"),
    "sample.stratum.team": ("班组", "Team"),
    "sample.stratum.all": ("分层", "Stratum"),
    "sample.count": ("每层通数", "Calls of each"),
    "sample.which": ("抽哪些通话", "Which calls"),
    "sample.which.unflagged": ("机器未标记的", "not flagged by the machine"),
    "sample.which.flagged": ("机器标记的", "flagged by the machine"),
    "sample.which.all": ("所有通话", "all"),
    "sample.min-duration": ("最短时长（秒）", "Shortest (seconds)"),
    "sample.seed": ("种子", "Seed"),
    "sample.seed-hint": (
        "已随机生成。抽取之前不向坐席公布种子，只公布它的 SHA-256；抽取后公布种子，谁都能验证。",
        "Made at random. Tell agents its SHA-256 only, and the seed after the draw: then anybody can check.",
    ),
    "sample.seed-digest": ("种子的 SHA-256", "SHA-256 of the seed"),
    "sample.announcement": ("公告", "Announcement"),
    "sample.announced": ("公告时间", "Announced"),
    "sample.in-advance": ("事先公告", "announced in advance"),
    "sample.late": ("事后公告", "announced late"),
    "sample.late-hint": (
        "公告时，抽检期间已经开始：不能证明没有挑选。",
        "It was announced when its period had begun: it does not prove that nobody picked.",
    ),
    "sample.drawn": ("抽取", "Drawn"),
    "sample.of": ("{population} 通中的 {drawn} 通", "{drawn} of {population} calls"),
    "sample.not-drawn": ("尚未抽取", "not drawn yet"),
    "sample.can-draw": ("抽检期间已结束，可以抽取。", "The period is over: it can be drawn."),
    "sample.wait": (
        "{day} 结束之前还会有新通话；之后才能抽取。",
        "Calls can still come until the end of {day}; it can be drawn after that.",
    ),
    "sample.draw": ("抽取", "Draw"),
    "sample.none": ("还没有抽检", "No samples yet"),
    "sample.none-hint": (
        "抽听机器没有标记的通话，才知道机器漏了多少。",
        "Only calls that were not flagged, heard by lot, tell what the machine misses.",
    ),
    "sample.none-visible": ("没有您能看的通话", "None of these calls is for you"),
    "sample.calls": ("抽中的通话", "Drawn calls"),
    "sample.call": ("通话", "Call"),
    "sample.started": ("开始", "Started"),
    "sample.duration": ("时长", "Length"),
    "sample.score": ("得分", "Score"),
    "sample.heard": ("已听", "Heard"),
    "sample.heard-by": ("听检", "Heard by"),
    "sample.was-heard": ("已听", "heard"),
    "sample.unheard": ("未听", "not yet"),
    "sample.misses": ("漏检数", "Missed"),
    "sample.misses-of": ("通话 {call} 的漏检数", "violations missed on call {call}"),
    "sample.note": ("记为已听", "Heard"),
    "sample.correct": ("更正", "Correct"),
    "sample.how-to-hear": (
        "打开通话听完，把机器漏掉的违规加为质检结果，再回到这里记为已听；没有漏检就记 0。",
        "Open the call, listen, add what the machine missed, then note it here; 0 where there is nothing.",
    ),
    "sample.rates": ("漏检率估计", "Estimated miss rate"),
    "sample.rate-told": (
        "听过的 {total} 通中有 {count} 通漏检，95% 区间 {low}–{high}",
        "{count} of {total} calls heard have a miss; 95 % interval {low}–{high}",
    ),
    "sample.overall": (
        "平均每通电话的漏检率，各层按通话数加权；95% 区间 {low}–{high}；"
        "相当于从全部里随机听了 {heard} 通，覆盖 {covered} 的通话",
        "of the average call, each stratum counting by its calls; 95 % interval {low}–{high}; "
        "worth {heard} calls drawn from all alike; speaks for {covered} of the calls",
    ),
    "sample.rate-none": ("还没有人听过", "nobody has heard one yet"),
    "sample.rates-hint": (
        "至少有一处漏检的通话所占比例；区间为精确二项区间（Clopper-Pearson）；"
        "各层大小不同时，上面的总数按通话数加权，下一行不加权。",
        "Calls with at least one miss; exact binomial interval (Clopper-Pearson). Where strata differ in "
        "size, the figure above counts each by its calls; the line below it counts all calls heard alike.",
    ),
    "sample.missed": ("漏检率", "Miss rate"),
    "sample.population-digest": ("总体摘要", "Digest of the population"),
    "sample.verify": ("重算验证", "Draw again and compare"),
    "sample.verified": (
        "重算结果一致：任何人按公告重抽，都会抽到这些通话。",
        "It holds: whoever draws again by the announcement gets these calls.",
    ),
    "sample.other-population": (
        "总体不一致：抽取时 {then} 通，现在 {now} 通。",
        "The population is another: {then} calls at the draw, {now} now.",
    ),
    "sample.differs": ("有 {count} 通与重算结果不符。", "{count} calls differ from a new draw."),
    "sample.algorithm": ("怎样重算", "How to draw again"),
    "sample.algorithm.1": (
        "规则覆盖的全部通话编号按 UTF-8 字节排序，每个后接换行，取 SHA-256，即总体摘要。",
        "Sort the ids of all calls the rule covers by their UTF-8 bytes, a line feed after each; "
        "their SHA-256 is the digest of the population.",
    ),
    "sample.algorithm.2": (
        "每通电话的签号是“种子:通话编号”的 SHA-256：",
        "A call's ticket is the SHA-256 of “seed:call id”:",
    ),
    "sample.algorithm.3": (
        "每层取签号最小的若干通；不足则全取。",
        "Of each stratum the smallest tickets are drawn, or all where there are fewer.",
    ),
    "error.no-sample": ("没有抽检 {sample}。", "There is no sample {sample}."),
    "error.sample-empty": ("请填写名称和种子。", "A sample needs a title and a seed."),
    "error.sample-days": ("结束日期早于开始日期。", "The last day is before the first."),
    "error.sample-count": ("每层抽 1 到 1000 通。", "From 1 to 1000 calls can be drawn of each."),
    "error.sample-hours": ("小时为 0 到 24，先小后大。", "Hours go from 0 to 24, the first before the last."),
    "error.sample-duration": ("最短时长应为秒数。", "The shortest duration is a number of seconds."),
    "error.sample-period": (
        "{day} 结束之前还会有新通话；之后才能抽取。",
        "Calls can still come until the end of {day}; draw after that day.",
    ),
    "error.sample-population": (
        "库里没有符合规则的通话。",
        "The store holds no call that the rule covers.",
    ),
    "error.sample-not-drawn": ("这个抽检还没有抽取。", "This sample was not drawn yet."),
    "error.sample-misses": (
        "这通电话上已加了 {count} 处违规，漏检数不能更少。",
        "{count} violations were added to this call: it cannot be fewer.",
    ),
    "error.sample-heard": (
        "{who} 已听过这通电话，记的是 {count}。",
        "{who} heard this call and counted {count}.",
    ),
}
