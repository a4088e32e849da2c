"""Signing in, the account, administration."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "sign-in.title": ("登录", "Sign in"),
    "sign-in.name": ("用户名", "Name"),
    "sign-in.password": ("密码", "Password"),
    "sign-in.submit": ("登录", "Sign in"),
    "sign-in.wrong": ("用户名或密码不对。", "The name or the password is wrong."),
    "sign-in.wait": (
        "尝试太多，请在 {seconds} 秒后再试。",
        "Too many attempts: try again in {seconds} seconds.",
    ),
    "invitation.title": ("设置密码", "Choose a password"),
    "invitation.for": (
        "您好，{name}。请为您的账号设置密码。",
        "Hello {name}. Choose a password for your account.",
    ),
    "invitation.over": (
        "这个链接已用过或已过期。请管理员再发一个。",
        "This link has been used or has ended. Ask an administrator for another.",
    ),
    "invitation.submit": ("保存并登录", "Save and sign in"),
    "password.new": ("新密码", "New password"),
    "password.again": ("再输一次", "Once more"),
    "password.hint": (
        "至少 {count} 个字符；几个词连在一起就很好。",
        "At least {count} characters; a few words in a row are fine.",
    ),
    "error.password-short": ("密码至少要 {count} 个字符。", "A password needs at least {count} characters."),
    "error.password-long": (
        "密码太长（最多 {count} 个字符）。",
        "A password has at most {count} characters.",
    ),
    "error.password-name": ("密码不能就是用户名。", "The password must not be the name."),
    "error.password-differs": ("两次输入的密码不一样。", "The two passwords differ."),
    "error.password-wrong": ("当前密码不对。", "The current password is wrong."),
    "error.user-name": ("账号需要一个用户名。", "An account needs a name."),
    "error.user-exists": ("用户名 {name} 已经有了。", "There is an account {name} already."),
    "error.no-user": ("没有这个账号。", "There is no such account."),
    "error.last-admin": (
        "最后一个管理员不能停用，也不能改成别的角色。",
        "The last administrator cannot be disabled or given another role.",
    ),
}
