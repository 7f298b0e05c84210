"""Tests of `handlers.general`."""
