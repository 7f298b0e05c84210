"""Cases and their triage."""
