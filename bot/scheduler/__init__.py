"""What happens at its time: the scheduler and its jobs."""
