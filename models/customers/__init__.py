"""Customers, the ways to reach them, and the accounts they belong to."""
