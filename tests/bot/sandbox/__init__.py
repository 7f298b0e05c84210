"""The small Slack, tried with a small Bolt app of its own."""
