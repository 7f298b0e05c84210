"""What works on background tasks while people go on."""
