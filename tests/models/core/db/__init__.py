"""Tests of `models.core.db`."""
