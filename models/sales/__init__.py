"""Leads, opportunities and the pipeline."""
