"""Crashes, outages and repetitions, made on purpose: nothing may be lost and nothing may come
twice.
"""
