"""The outbox: deliveries, their queue, their results, and what was posted."""
