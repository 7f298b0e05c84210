"""Tests of `models.activities`."""
