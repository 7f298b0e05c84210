"""What needs no noun: find, help, home, undo, and the phrases that mean a verb."""
