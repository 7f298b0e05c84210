"""The sections of the Home tab."""
