"""What the bot serves over HTTP: Slack events, health checks, metrics, and what is refused."""
