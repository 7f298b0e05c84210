"""What admins do: people, roles, teams, the audit trail, deliveries, the state of the bot."""
