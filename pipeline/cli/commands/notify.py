"""``callinspect notify``: what is due becomes a notice, and notices become mail; for a timed job."""

from __future__ import annotations

from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store


@command
def notify(session: Session) -> int:
    """Mail that does not go out is no failure of the job: the next one tries again."""
    from pipeline.web.mailing import MailFailed, send_waiting

    with existing_store(session) as store:
        told = store.goals.post_due()
        sent = 0
        try:
            sent = send_waiting(store, session.settings)
        except MailFailed as error:
            session.err.print(session.words("notify.failed", reason=str(error)), style="yellow")
    session.out.print(session.words("notify.done", told=told, sent=sent))
    return 0
