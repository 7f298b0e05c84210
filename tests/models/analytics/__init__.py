"""Tests of `models.analytics`."""
