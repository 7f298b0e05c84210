"""Tests of `handlers.activities`."""
