"""Calls, meetings, e-mails, notes and tasks, and the reminders of what is due."""
