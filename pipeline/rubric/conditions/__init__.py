"""Conditions: one kind per file. They decide whether a criterion applies, and can themselves be checks.

A kind has ``ID``, ``OPTIONS`` (the model of its options), ``holds(facts, options) -> Answer`` and
``EXAMPLES``.
"""
