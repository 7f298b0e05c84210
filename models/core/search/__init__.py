"""Finding records: the index, filters, the words of lists, names in texts."""
