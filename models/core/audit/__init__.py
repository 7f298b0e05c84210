"""Who changed what: the audit entries, the hash chain that seals them, and its verification."""
