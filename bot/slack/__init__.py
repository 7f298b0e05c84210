"""Slack's Web API and Socket Mode: clients, the gateway for deliveries, who reads in which
channel.
"""
