"""The language of formulas: words, tree, types, functions. It knows nothing of entities."""
