"""Tests of `handlers.support`."""
