"""Verbs over many entities, one module each."""
