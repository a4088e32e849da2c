"""``callinspect show``: one call with everything behind its score."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from pipeline.cli.session import Session, command
from pipeline.cli.stored import stored_call
from pipeline.cli.titles import code_titles
from pipeline.cli.views.call import page
from pipeline.reports.whole_call import whole_call


@command
def show(
    session: Session,
    call_id: Annotated[str, typer.Argument(help="argument.call", metavar="CALL_ID")],
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
) -> int:
    inspection = stored_call(session, call_id)
    if as_json:
        sys.stdout.write(json.dumps(whole_call(inspection), ensure_ascii=False, indent=2) + "\n")
        return 0
    for part in page(inspection, session.words, code_titles(session)):
        session.out.print(part)
    return 0
