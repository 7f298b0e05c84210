"""Packs: nouns, fields, options, filters and rules for one kind of business, applied in one act."""
