"""Tests of `handlers.core.ui`."""
