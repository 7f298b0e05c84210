"""What Slack has to be told: deliveries, their queue, their results, and what was posted."""
