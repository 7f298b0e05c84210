"""Tests of `models.core.identity`."""
