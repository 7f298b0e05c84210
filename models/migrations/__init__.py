"""The steps that create and change the tables, one file each in `versions`."""
