"""The way of a delivery to Slack: dispatcher, worker, renderer."""
