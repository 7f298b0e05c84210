"""What is served over HTTP: Slack events, health, metrics, and what is refused."""
