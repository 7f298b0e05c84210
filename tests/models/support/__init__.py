"""Tests of `models.support`."""
