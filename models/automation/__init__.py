"""Rules that people write: when something happens, then something is done."""
