"""Who is told of what: one decision for every message that Rapport sends a person by itself."""
