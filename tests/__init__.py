"""The tests, floor by floor as the code is."""
