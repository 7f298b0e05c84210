"""Tests of what admins make of the CRM."""
