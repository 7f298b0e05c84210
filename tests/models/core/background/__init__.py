"""Background tasks without a worker."""
