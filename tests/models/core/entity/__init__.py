"""Tests of `models.core.entity`."""
