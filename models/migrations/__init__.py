"""The steps that make and change the tables, one file each in `versions`."""
