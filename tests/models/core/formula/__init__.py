"""Tests of the language of formulas."""
