"""The CRM with Slack switched off."""
