"""Words that say the same kind of thing, so that what was learnt of one holds for its like.

您丈母娘 and 您表弟 are seldom written twice, somebody's relative is: in ``classed`` every word of a class is
one private character, and runs over those are features of a sentence beside its own words. A class is narrow
enough to be named: relatives, other people, titles, places where one is known, what is told of a person,
telling it, hurry, questions of reproach, indifference, money, and what lies ahead.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.phrases.normal_form import normalise

LONGEST = 4
"""Characters that a run over classes has at most: a class stands for a whole word."""
_FIRST = 0xF000
"""Classes are private characters from here on; syllables are those from U+E000, of which there are 400."""
_NUMBER, _SURNAME = chr(_FIRST), chr(_FIRST + 1)
_MEMBERS = {
    "relatives": (
        "老婆 媳妇 爱人 老公 丈夫 妻子 太太 前夫 前妻 前任 前男友 前女友 男朋友 女朋友 对象 男人 "
        "女人 婆婆 公公 岳父 岳母 丈母娘 老丈人 爸妈 父母 爸爸 妈妈 父亲 母亲 儿子 女儿 闺女 孩子 "
        "小孩 娃 孙子 爷爷 奶奶 姥姥 外公 外婆 哥哥 姐姐 弟弟 妹妹 表姐 表哥 表弟 表妹 堂弟 堂哥 "
        "堂姐 堂妹 舅舅 姨 姑姑 叔叔 侄子 侄女 亲家 亲戚 家人 家里人 婆家 娘家 嫂子 弟媳 小舅子 "
        "大姨 你爸 你妈"
    ),
    "others": (
        "邻居 楼上 楼下 对门 隔壁 同事 同学 老板 领导 房东 租客 室友 队友 发小 闺蜜 战友 工友 "
        "下属 老乡 合伙人 担保人 前面那位 上一位 别的客户 另一位 别人 那位 那户 那家 那单 业主 "
        "户主 车主 机主 买家 卖家 收件人 寄件人 客户 客人 住客 乘客 家长 患者 病人"
    ),
    "titles": (
        "先生 女士 小姐 老师 局长 师傅 经理 主任 总 阿姨 大爷 大妈 大叔 大姐 老板娘 老太太 老爷子 "
        "医生 大夫 护士"
    ),
    "places": (
        "单位 公司 厂里 学校 班里 班上 村里 小区 街坊 车间 办公室 科室 幼儿园 小学 中学 家门口 "
        "单元门 楼道 门口 宿舍 店里 摊子"
    ),
    "particulars": (
        "地址 住址 家庭住址 电话 号码 手机号 身份证 身份证号 护照号 卡号 账号 名字 姓名 微信 余额 "
        "额度 工资 流水 欠款 保单 病历 诊断 征信 定期 存款 订单 快递 套餐 积分 实名"
    ),
    "telling": (
        "你记一下 你记 告诉你 跟你说 发给你 发你 念给你 报给你 给你看 给你 你拿笔 拿笔记 你听好 "
        "透露 你找他 找他"
    ),
    "hurry": "烦 快点 赶紧 赶快 麻利 痛快 啰嗦 唠叨 磨叽 墨迹 废话 催 急啥 急什么",
    "questions": "咋 怎么 怎样 咋样 干嘛 干吗 干啥 做什么 什么 啥 撒子",
    "indifference": "随便 随你 爱咋咋 无所谓 没所谓 拉倒 算了 不在乎 不稀罕 活该 关我",
    "money": "一百 块钱 块 元 万 千 毛钱",
    "ahead": "明天 明早 今晚 明晚 到时候 以后 往后 将来 早晚 迟早 月底 下回 下次 马上 过两天",
}
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范廖石贾韦付白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_CLASSES = {
    normalise(word): chr(_FIRST + 2 + number)
    for number, words in enumerate(_MEMBERS.values())
    for word in words.split()
}
_TITLE = chr(_FIRST + 2 + list(_MEMBERS).index("titles"))
_LAST = chr(_FIRST + 1 + len(_MEMBERS))
_WORDS = re.compile("|".join(sorted(_CLASSES, key=lambda word: (-len(word), word))))
_NUMBERS = re.compile("[零一二三四五六七八九十百千万幺两]{2,}")
_NAMED = re.compile(f"姓[{_SURNAMES}]|[老小][{_SURNAMES}](?=[^是的])|[{_SURNAMES}](?={_TITLE})")


@lru_cache(maxsize=4096)
def classed(text: str) -> str:
    """A normalised text with each word of a class, each number and each name as its private character."""
    text = _WORDS.sub(lambda found: _CLASSES[found[0]], text)
    return _NAMED.sub(_SURNAME, _NUMBERS.sub(_NUMBER, text))


def class_runs(text: str) -> set[str]:
    """The runs of up to LONGEST characters of a classed text that hold a class."""
    return {
        text[start : start + size]
        for size in range(1, LONGEST + 1)
        for start in range(len(text) - size + 1)
        if any(_NUMBER <= c <= _LAST for c in text[start : start + size])
    }
