"""The settlement of a month in a terminal."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from pipeline.cli.words import Words
from pipeline.reports.settlement_sheet import SettlementReport
from pipeline.settlement.words import basis, headline, may_fall, money, verdict


def settlement_table_view(report: SettlementReport, words: Words) -> Group:
    """What counts, the rows, and the result in a sentence."""
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for key in ("board.agent", "board.team", "settlement.verdict"):
        table.add_column(words(key), overflow="fold")
    for key in COUNTS:
        table.add_column(words(key), justify="right")
    for row in report.found.rows:
        table.add_row(
            Text(row.agent_name or row.agent_id or words("board.no-agent")),
            Text(row.team or words("board.no-team")),
            words.said(verdict(row)),
            str(row.calls),
            str(row.days),
            str(row.critical),
            str(row.non_critical),
            str(row.pending),
            money(row.amount),
            money(row.net),
        )
    fall = may_fall(report.found)
    said = [*basis(report.found, report.table), *([fall] if fall else [])]
    return Group(
        *(Text(words.said(one), style="dim") for one in said),
        table,
        Text(words.said(headline(report.found, report.month, report.table)), style="bold"),
    )


COUNTS = (
    "settlement.calls",
    "settlement.days",
    "settlement.critical",
    "settlement.minor",
    "settlement.pending",
    "settlement.amount",
    "settlement.net",
)
