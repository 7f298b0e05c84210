"""Tests of `handlers.customers`."""
