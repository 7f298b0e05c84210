"""Makes the table of the names of countries, `models/core/countries.txt`. The bot needs nothing of it to run."""
