"""Who changed what: the entries, the chain that seals them, and its verification."""
