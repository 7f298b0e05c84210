"""Tests of `bot.http`."""
