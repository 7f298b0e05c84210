"""What is done at a set time: the scheduler and its jobs."""
