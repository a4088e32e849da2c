"""Alembic migrations: one file per step, forward only."""
