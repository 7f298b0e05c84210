"""Tests of `handlers.notifications`."""
