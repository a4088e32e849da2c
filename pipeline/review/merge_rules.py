"""Which call may take the place of which: plain rules over values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.domain import Inspection
from pipeline.errors import Conflict, Refused
from pipeline.review.events import other_recording


@dataclass(frozen=True, slots=True)
class MergeSide:
    """One of the two calls of a merge."""

    call_id: str
    sha256: str
    replaced: bool = False
    """Whether another call has taken its place already."""


def check_merge(
    new: MergeSide, old: MergeSide, *, appealed: bool, seen: tuple[str, str] | None = None
) -> None:
    """Refuse to let ``new`` take the place of ``old``.

    Args:
        appealed: an appeal about ``old`` is open.
        seen: digests of the sounds of both, as somebody saw them who says so.

    Raises:
        Conflict: ``merge-changed``. Refused: ``merge-same``, ``merge-replaced``, ``merge-appeal``.
    """
    if seen is not None and seen != (new.sha256, old.sha256):
        raise Conflict("the ids mean other sound meanwhile; look at both again", code="merge-changed")
    if new.sha256 == old.sha256:
        raise Refused("both are the same sound: nothing is corrected", code="merge-same")
    for one in (new, old):
        if one.replaced:
            raise Refused(f"{one.call_id} has been replaced already", code="merge-replaced", call=one.call_id)
    if appealed:
        raise Refused(
            f"an appeal about {old.call_id} is open; decide it first", code="merge-appeal", call=old.call_id
        )


def check_undo(new: MergeSide) -> None:
    """The corrected call of the merge that is to be undone.

    Raises:
        Refused: ``merge-replaced``: another merge must be undone first.
    """
    if new.replaced:
        raise Refused(f"{new.call_id} has been replaced itself", code="merge-replaced", call=new.call_id)


def check_judged(new: MergeSide, judged: Inspection | None) -> None:
    """What was judged before the two calls were held is still what the corrected one holds.

    Raises:
        Conflict: ``other-recording``.
    """
    if judged is not None and judged.recording.sha256 != new.sha256:
        raise other_recording(new.call_id)


def revived(known: Sequence[int], former: int | None) -> int | None:
    """The inspection that is current again once a merge is undone: the one that was, else the newest.

    Args:
        known: keys of the inspections of the call, oldest first.
        former: key of the one that was current before the merge.
    """
    if not known:
        return None
    return former if former in known else known[-1]
