"""The benchmark: what Rapport costs beside the least that any program must do. `make bench` runs
it.
"""
