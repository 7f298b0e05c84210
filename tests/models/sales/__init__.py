"""Tests of `models.sales`."""
