"""Checks: one kind per file. A check finds what is wrong, or what is missing, on one call.

A kind has ``ID``, ``OPTIONS`` (the model of its options), ``check(facts, options, bar) -> CheckResult`` and
``EXAMPLES``.
"""
