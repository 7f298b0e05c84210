"""Tests of `models.core.search`."""
