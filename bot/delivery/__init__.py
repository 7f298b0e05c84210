"""The way of a delivery to Slack: dispatcher, worker and renderer."""
