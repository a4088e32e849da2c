"""Every example in the default lexicons is a test, and the whole set keeps what it promises."""

from __future__ import annotations

import pytest

from pipeline.domain import PhraseKind, Role
from pipeline.phrases import Phrase, check_lexicons
from pipeline.phrases.checking import sentence
from tests.unit.phrases.conversations import LEXICONS, default_lexicons, default_matcher

PHRASES = default_lexicons().phrases


@pytest.mark.parametrize("phrase", PHRASES, ids=[f"{p.code.code}:{p.canonical}" for p in PHRASES])
def test_examples(phrase: Phrase) -> None:
    for text in phrase.hit:
        codes = {h.code for h in default_matcher().match([sentence(text, phrase.code.role)])}
        assert phrase.code.code in codes, f"not hit: {text}"
    for text in phrase.quiet:
        hits = default_matcher().match([sentence(text, phrase.code.role)])
        assert [h for h in hits if h.code == phrase.code.code] == [], f"not quiet: {text}"


def test_nothing_for_the_linter_to_say() -> None:
    """Who checks a lexicon of their own reads of their own rules alone."""
    assert [str(issue) for issue in check_lexicons(LEXICONS)] == []


def test_covers_every_spoken_code() -> None:
    assert set(default_lexicons().codes) == {
        "abuse", "leak-other-customer", "ask-sensitive", "threat", "shirk", "early-repay-guide",
        "promise-return", "promise-approval", "attitude-impatient", "attitude-dismissive", "not-know",
        "rating-guide", "greeting", "closing", "rating-prompt", "identity", "hold-ask", "hold-thanks",
        "empathy", "surname", "esc-complaint", "esc-12315", "esc-consumer", "esc-media",
        "esc-lawsuit", "esc-cbirc", "esc-miit", "esc-police", "esc-self-harm", "praise",
        "company-secret", "blacklist", "complaint-repeat", "answer-when", "offers-way", "argues",
        "suggestion", "suggestion-thanks", "hold-reason", "hold-time", "better-wording", "free-now",
        "fee-plain",
    }  # fmt: skip


def test_rich_enough_and_every_phrase_justified() -> None:
    assert sum(len(p.variants) + len(p.patterns) for p in PHRASES) >= 400
    for phrase in PHRASES:
        assert phrase.reason
        assert len(phrase.hit) >= 1
        if phrase.code.kind in (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION):
            assert phrase.quiet, f"{phrase.canonical} has no quiet example"


NEUTRAL = (
    "您的包裹预计明天下午送达，请您保持电话畅通。",
    "这个套餐每个月五十九块，包含三十个G的流量和两百分钟通话。",
    "我帮您看了一下，师傅今天下午三点到五点之间会上门。",
    "您登录手机银行以后点我的，再点卡片管理就能看到了。",
    "发票我们会以电子版的形式发到您的邮箱。",
    "您家的燃气表号在表的正面，一共十二位。",
    "请您带身份证原件和户口本到就近的网点办理。",
    "医保报销的话需要您提供出院小结和费用清单。",
    "这边显示您的订单已经出库了，正在运输途中。",
    "物业费可以按季度交，也可以按年交。",
    "您的保单是二零二三年三月生效的，保障期二十年。",
    "如果您觉得不合适，七天之内可以无理由退货。",
    "水费比上个月多是因为抄表周期长了十天。",
    "我已经给您备注好了，骑手会把餐放在前台。",
    "您这个问题我需要转给技术部门，二十四小时之内给您答复。",
    "好的，我都给您记下来了。",
    "您可以先试一下重启路由器，等两分钟看看指示灯。",
    "您的航班改签需要补差价三百二十元。",
    "学费的缴费截止日期是九月十号。",
    "这个月的账单出账日是五号，还款日是二十五号。",
    "您放心，退款会原路返回，一般三到五个工作日。",
    "积分可以换话费，也可以换流量。",
    "明天上午九点之前都可以取消预约，不收费用。",
    "系统已经帮您登记报修了，工单号稍后短信发给您。",
    "公积金提取需要先在网上预约，然后到柜台办理。",
    "我们会派工程师上门检测，检测是免费的。",
    "您的积分到年底会清零，建议您尽快兑换。",
    "停电是因为线路检修，预计晚上八点恢复。",
    "请问您是要查询余额还是要办理转账。",
    "您看是送到家里还是放快递柜。",
)


@pytest.mark.parametrize("text", NEUTRAL)
def test_ordinary_service_is_quiet(text: str) -> None:
    for role in (Role.AGENT, Role.CUSTOMER):
        hits = default_matcher().match([sentence(text, role)])
        assert [
            (h.code, h.quote) for h in hits if h.kind in (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION)
        ] == []


def test_a_hit_by_a_template_names_a_sentence() -> None:
    """What people read beside the evidence: no slots, no choices."""
    said = {"不用谢，卢奶奶": "王先生您好", "谢谢配合，鲁师傅": "王总您好"}
    for text, phrase in said.items():
        hits = default_matcher().match([sentence(text, Role.AGENT)])
        assert [h.phrase for h in hits if h.code == "surname"] == [phrase]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("我理解，是这样的", "empathy"),
        ("由于我们的服务不周给您带来了不便，非常抱歉", "empathy"),
        ("您放心，我们一定帮您查清问题，尽快给您答复", "empathy"),
        ("是的，理解您的想法", "empathy"),
        ("您的心情我理解", "empathy"),
        ("我会优先考虑处理您的问题", "empathy"),
        ("如果我无法立刻解决，我会告诉您我处理的步骤", "empathy"),
        ("对不起", "empathy"),
        ("对不起，非常欢迎您监督我们的服务", "empathy"),
        ("您的投诉内容我们已做好了详细记录，会尽快回复您", "answer-when"),
        ("我已经记录下您的建议，感谢您对我们的关注", "suggestion-thanks"),
        ("请留下您的联系方式，我们会将处理结果尽快通知到您", "answer-when"),
        ("请问您是否可以等待", "hold-ask"),
        ("非常感谢您的耐心等待", "hold-thanks"),
        ("抱歉让您久等", "hold-thanks"),
        ("我把您拉进黑名单了", "blacklist"),
        ("可能我没有表达清楚", None),
        ("您可以在网上办理", "offers-way"),
        ("为确保服务质量，该通电话将会被录音", None),
        ("当前线路繁忙，请稍作等待", None),
        ("您随意再见", None),
    ],
)
def test_wordings_that_the_trade_teaches(said: str, code: str | None) -> None:
    kinds = (PhraseKind.FORBIDDEN, PhraseKind.REQUIRED, PhraseKind.WORDING)
    found = {h.code for h in default_matcher().match([sentence(said, Role.AGENT)]) if h.kind in kinds}
    assert code in found if code else not found
