"""The CRM with Slack switched off: entities, rules, operations and storage."""
