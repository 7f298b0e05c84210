"""What people do with rules, and what rules say."""
