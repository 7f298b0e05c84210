"""The tests of packs: their files, what they would change, and newer versions of them."""
