"""Figures and lists over several kinds of records."""
