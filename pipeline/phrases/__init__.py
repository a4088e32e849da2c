"""Lexicon files -> compiled matcher -> phrase hits."""
