"""Rubric files, one kind of check per file, scoring."""
