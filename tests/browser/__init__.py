"""The sandbox's page in Chromium, used as people use it."""
