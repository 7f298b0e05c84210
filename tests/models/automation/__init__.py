"""Tests of `models.automation`."""
