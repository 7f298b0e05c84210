"""Tests of `models.migrations`."""
