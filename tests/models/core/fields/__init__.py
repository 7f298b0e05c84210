"""Tests of `models.core.fields`."""
