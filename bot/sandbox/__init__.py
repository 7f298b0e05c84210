"""A small Slack to try the bot in without a workspace; the tests run in the same one."""
