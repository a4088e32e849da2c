"""``callinspect show``: one call with everything behind its score."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from pipeline.cli.session import Session, command
from pipeline.cli.stored import reviewed_call
from pipeline.cli.titles import code_titles
from pipeline.cli.views.call import page
from pipeline.reports.whole_call import whole_call


@command
def show(
    session: Session,
    call_id: Annotated[str, typer.Argument(help="argument.call", metavar="CALL_ID")],
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
) -> int:
    found = reviewed_call(session, call_id)
    if as_json:
        record = whole_call(found.inspection, case=found.case, said=found.said, files=found.files)
        record = {
            **record,
            "replaced_by": found.replaced_by,
            "replaces": list(found.replaces),
        }
        sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
        return 0
    if found.replaced_by is not None:
        session.out.print(session.words("show.replaced-by", call=found.replaced_by), style="bold yellow")
    if found.replaces:
        session.out.print(session.words("show.replaces", calls=session.words.listed(found.replaces)))
    for part in page(found.inspection, session.words, code_titles(session), case=found.case, said=found.said):
        session.out.print(part)
    return 0
