"""Why a call cannot be heard."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "sound.vanished": (
        "录音文件已不在原处，无法播放；文字和结果仍可复核。",
        "The recording is no longer where it was and cannot be played; text and findings can be reviewed.",
    ),
    "sound.changed": (
        "录音文件与质检时的内容不同，已停止播放；请重新质检这通电话。",
        "The file holds other sound than was inspected, so it is not played; inspect this call again.",
    ),
    "sound.no-permission": (
        "没有读取录音文件的权限；请给运行本程序的用户读权限。",
        "The recording may not be read; give the user that runs this server read permission.",
    ),
    "sound.no-room": (
        "服务器没有空间存放可播放的录音；请检查 serve.sound_folder 所在磁盘。",
        "The server has no room for playable sound; look at the disk of serve.sound_folder.",
    ),
    "sound.corrupt": ("录音无法解码，不能播放。", "The recording cannot be decoded and cannot be played."),
}
