"""Tests of `models.maintenance`."""
