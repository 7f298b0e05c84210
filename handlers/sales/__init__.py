"""What people do with leads and deals."""
