"""Slow work, done piece by piece while people go on: its table, its queue, and its kinds."""
