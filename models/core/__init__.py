"""What every entity is made of: fields, base, unit of work, audit, outbox, database."""
