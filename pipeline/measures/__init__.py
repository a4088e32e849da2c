"""Acoustic and conversational measures: one idea per file, pure functions."""
