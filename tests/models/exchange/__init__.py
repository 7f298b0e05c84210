"""Tests of records in and out as files."""
