"""The mechanism under the entities."""
