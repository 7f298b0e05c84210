"""Records whose values are worked out, and rules that touch other records."""
