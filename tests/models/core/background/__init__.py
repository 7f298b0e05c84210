"""Tests of `models.core.history`."""
