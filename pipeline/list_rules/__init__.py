"""Rules over the rows of the call list: plain functions from stored rows to what went too far, and what could
not be judged. Nothing is judged unless the centre names a file of rules."""

from pipeline.list_rules.judging import Doubt, JudgedList, RuleBreach, judge
from pipeline.list_rules.rows import Reason, StoredRow
from pipeline.list_rules.sheet import ListRule, ListRules, load_list_rules, load_rule_files

__all__ = [
    "Doubt",
    "JudgedList",
    "ListRule",
    "ListRules",
    "Reason",
    "RuleBreach",
    "StoredRow",
    "judge",
    "load_list_rules",
    "load_rule_files",
]
