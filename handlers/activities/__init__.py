"""What people do with tasks, calls, meetings, e-mails and notes."""
