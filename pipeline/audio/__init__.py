"""Decoding: nothing else touches bytes of sound."""
