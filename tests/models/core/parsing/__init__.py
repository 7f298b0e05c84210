"""Tests of `models.core.parsing`."""
