"""The sandbox: a Slack emulator to try the bot in without a workspace; the tests use it, too."""
