"""Webhooks: what other systems send here by themselves, each with a signature of its own kind.

`routes.router` is what the application mounts. What the messages mean is the business of their door.
"""
