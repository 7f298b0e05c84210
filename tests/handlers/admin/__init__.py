"""Tests of `handlers.admin`."""
