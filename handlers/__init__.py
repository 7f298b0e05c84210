"""What people can do in Slack."""
