"""What the coaching screens say."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "nav.exemplars": ("示范", "Examples"),
    "coaching.title": ("辅导记录", "Coaching notes"),
    "coaching.none": ("还没有辅导记录。", "No notes yet."),
    "coaching.read": ("已阅", "read"),
    "coaching.unread": ("未阅", "not read yet"),
    "coaching.mark-read": ("我已阅读", "I have read it"),
    "coaching.write": ("写辅导记录", "Write a note"),
    "coaching.text": ("内容", "Note"),
    "coaching.text-hint": (
        "一次只谈一两点：哪里、什么问题、怎样说更好。",
        "One or two points at a time: where, what was wrong, how to say it instead.",
    ),
    "coaching.call": ("通话编号（可不填）", "Call id (optional)"),
    "coaching.starts": ("通话中的位置（分:秒）", "Place in the call (min:s)"),
    "coaching.send": ("发给坐席", "Send to the agent"),
    "exemplar.title": ("示范录音", "Exemplary calls"),
    "exemplar.intro": (
        "值得大家听的通话，人人可听，人人可推荐",
        "calls worth hearing: for everybody, from anybody",
    ),
    "exemplar.none": ("还没有示范录音", "No exemplary calls yet"),
    "exemplar.none-hint": (
        "听到好的处理，请推荐给大家。",
        "When you hear a call handled well, propose it.",
    ),
    "exemplar.recording": ("录音：{title}", "Recording: {title}"),
    "exemplar.nominated-by": ("{name} 推荐", "proposed by {name}"),
    "exemplar.proposed": ("待批准的推荐", "Proposed"),
    "exemplar.nominate": ("推荐录音", "Propose a call"),
    "exemplar.call": ("通话编号", "Call id"),
    "exemplar.what": ("好在哪里（一句话）", "What is good about it"),
    "exemplar.note": ("说明", "Details"),
    "exemplar.approve": ("批准", "Approve"),
    "exemplar.reject": ("不采用", "Reject"),
    "exemplar.approve-hint": (
        "主管批准后，所有登录的人都能听到这通电话。",
        "Once the supervisor approves it, everybody who is signed in may hear the call.",
    ),
    "exemplar.withdraw": ("撤下", "Withdraw"),
    "exemplar.withdraw-sure": ("不再作为示范录音？", "No exemplary call any more?"),
    "error.note-empty": ("请填写内容。", "A note needs words."),
    "error.note-agent": ("通话 {call} 不是这名坐席的。", "Call {call} is another agent's."),
    "error.no-note": ("没有这条记录。", "There is no such note."),
    "error.exemplar-title": ("请写明好在哪里。", "Say what is good about it."),
    "error.no-exemplar": ("这通电话没有被推荐。", "This call was not proposed."),
}
