"""Tests of `handlers.automation`."""
