"""The model shows itself: its diagram, and what is wrong with it."""
