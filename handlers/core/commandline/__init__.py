"""Lead from what a person typed to a verb and its values: lexer, parser, binding, suggestions."""
