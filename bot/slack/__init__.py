"""Slack's Web API and Socket Mode.

It has the clients, the gateway for deliveries, and who reads in which channel.
"""
