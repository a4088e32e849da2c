"""``callinspect notify``: what is due becomes a notice, and notices become mail; and whoever watches over
runs is told of those that could not tell it themselves. For a timed job."""

from __future__ import annotations

from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store


@command
def notify(session: Session) -> int:
    """Mail that does not go out is no failure of the job: the next one tries again."""
    from pipeline.web.mailing import MailFailed, send_waiting
    from pipeline.web.run_end import tell_ends

    with existing_store(session) as store:
        told = store.goals.post_due()
        sent = 0
        try:
            sent = send_waiting(store, session.settings)
        except MailFailed as error:
            session.err.print(session.words("notify.failed", reason=str(error)), style="yellow")
        ends, wrong = tell_ends(store, session.settings)
    for one in wrong:
        session.err.print(session.words("notify.failed", reason=one), style="yellow")
    if ends:
        session.out.print(session.words("notify.ends", count=ends))
    session.out.print(session.words("notify.done", told=told, sent=sent))
    return 0
