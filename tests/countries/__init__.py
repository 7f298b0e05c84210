"""Makes the table of the names of countries, `models/core/parsing/countries.txt`. The bot needs
nothing of it to run.
"""
