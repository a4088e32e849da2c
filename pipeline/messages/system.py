"""What the operating system refuses, in the reader's language."""

from __future__ import annotations

import errno

from pipeline.messages.message import Message, verbatim

_KNOWN = {
    errno.ENOENT: Message("system.not-there"),
    errno.EACCES: Message("system.no-permission"),
    errno.EPERM: Message("system.no-permission"),
    errno.ENOSPC: Message("system.disk-full"),
    errno.EADDRINUSE: Message("system.port-in-use"),
    errno.EISDIR: Message("system.folder"),
    errno.ENOTDIR: Message("system.no-folder"),
    errno.EEXIST: Message("system.exists"),
    errno.EROFS: Message("system.read-only"),
    errno.EIO: Message("system.disk"),
}
"""Number of an error -> what it says; the others are rare and told as the system tells them."""


def system_problem(error: OSError) -> Message:
    """What went wrong, without the path: whoever tells it on knows that."""
    known = _KNOWN.get(error.errno) if error.errno is not None else None
    return known or verbatim(error.strerror or str(error))
