"""What turns it on."""
