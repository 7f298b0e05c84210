"""The worker of background tasks."""
