"""The texts people type and files hold, read as values."""
