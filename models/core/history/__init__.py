"""Records as they were, and the way back: undo, redo, revert."""
