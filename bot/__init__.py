"""Turns it on: configuration, Bolt, scheduler, delivery, sandbox and command line."""
