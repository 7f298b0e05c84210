"""Tests of `models.core.permissions`."""
