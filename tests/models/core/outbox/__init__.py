"""Tests of `models.core.outbox`."""
