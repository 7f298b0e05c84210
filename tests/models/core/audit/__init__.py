"""Tests of `models.core.audit`."""
