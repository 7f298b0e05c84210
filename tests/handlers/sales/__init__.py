"""Tests of `handlers.sales`."""
