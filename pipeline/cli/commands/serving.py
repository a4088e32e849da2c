"""``callinspect serve``: the review room."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.session import Session, command
from pipeline.cli.stored import need_store
from pipeline.store import open_store


@command
def serve(
    session: Session,
    host: Annotated[str | None, typer.Option(help="serve.host", metavar="ADDRESS")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="serve.port", metavar="N")] = None,
    certificate: Annotated[Path | None, typer.Option(help="serve.certificate", metavar="FILE")] = None,
    key: Annotated[Path | None, typer.Option(help="serve.key", metavar="FILE")] = None,
) -> int:
    """Until Ctrl-C. On a store that nobody can sign in to it prints a link for the first administrator."""
    from pipeline.web.links import base_url, is_loopback, one_time_link
    from pipeline.web.serve import check, listen, run

    given = {"host": host, "port": port, "certificate": certificate, "key": key}
    chosen = {name: value for name, value in given.items() if value is not None}
    serving = session.settings.serve.model_copy(update=chosen)
    settings = session.settings.model_copy(update={"serve": serving})
    words, base = session.words, base_url(serving)
    check(serving, settings.oidc)
    need_store(session)
    with contextlib.closing(listen(serving)) as sock, open_store(settings.store) as store:
        session.out.print(words("serve.at", url=base), style="bold", soft_wrap=True)
        first = store.accounts.first_administrator()
        if first is not None:
            link = one_time_link(store, first, base=base)
            session.out.print(words("serve.first", name=first.name, link=link), soft_wrap=True)
        if not (is_loopback(serving.host) or base.startswith("https://")):
            session.err.print(words("serve.clear"), style="yellow")
        with contextlib.suppress(KeyboardInterrupt):  # how people stop it
            sys.stdout.flush()  # into a log it would come when the server stops
            run(settings, store, sock, ready=lambda: session.say(words("serve.stop"), "dim"))
        session.say(words("serve.stopped"))
    return 0
