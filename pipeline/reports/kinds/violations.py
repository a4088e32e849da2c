"""One record per agent and criterion: how often it is violated, and how sure that share is.

The share is taken over *eligible* calls: those where the criterion was judged, passed or failed. A call where
it did not apply or could not be determined says nothing about the agent and is left out.

``violations``, the calls with one and their share are the machine's, always: what people say stands beside
them as ``confirmed``, ``overturned`` and ``pending``. What they found and the machine missed is ``added``,
and confirmed. ``pending`` counts what nobody has reviewed and what is open, also where people suspect what
the machine did not say; ``confirmed - added + overturned + pending`` less those are the calls with a
violation. ``only_flags`` are those of these calls in which the violation takes no points until a person
confirms it (docs/trust.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.intervals import wilson
from pipeline.reports.fields import Field, Record, integer, number, rounded, text
from pipeline.store import CallFilter, CriterionCount, Store

FIELDS: tuple[Field, ...] = (
    text("agent_id"),
    text("agent_name"),
    text("team"),
    text("criterion", 24),
    text("title", 24),
    text("severity", 9),
    integer("eligible_calls", 14),
    integer("violations"),
    integer("calls_with_violation", 20),
    number("per_100_calls", 13),
    number("low"),
    number("high"),
    integer("confirmed"),
    integer("overturned"),
    integer("pending"),
    integer("added"),
    integer("only_flags"),
)

_PEOPLES = ("confirmed", "overturned", "pending", "added")


def record(count: CriterionCount) -> Record:
    """Shares are calls with a violation per 100 eligible calls; null where no call is eligible."""
    share = wilson(count.calls_with_violation, count.eligible_calls)
    return {
        "agent_id": count.agent_id,
        "agent_name": count.agent_name,
        "team": count.team,
        "criterion": count.criterion,
        "title": count.title,
        "severity": count.severity.value if count.severity else None,
        "eligible_calls": count.eligible_calls,
        "violations": count.violations,
        "calls_with_violation": count.calls_with_violation,
        "per_100_calls": rounded(per_100(share.value), 2),
        "low": rounded(per_100(share.low), 2),
        "high": rounded(per_100(share.high), 2),
        "confirmed": count.confirmed,
        "overturned": count.overturned,
        "pending": count.pending,
        "added": count.added,
        "only_flags": count.only_flags,
    }


def says_nothing(found: Record) -> bool:
    """Neither the machine nor people found or suspect that the agent ever broke the criterion."""
    return not (found["violations"] or any(found[name] for name in _PEOPLES))


def per_100(share: float | None) -> float | None:
    return None if share is None else 100 * share


def records(store: Store, wanted: CallFilter) -> Iterator[Record]:
    """Per agent (unknown agents together, last) and criterion that some call of the agent was judged by.

    Bonus items have no severity and cannot be violated: they are left out.
    """
    counts = store.calls.criterion_counts(wanted)
    return (record(count) for count in counts if count.eligible_calls and count.severity is not None)
