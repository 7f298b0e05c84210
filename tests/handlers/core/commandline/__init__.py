"""Tests of `handlers.core.commandline`."""
