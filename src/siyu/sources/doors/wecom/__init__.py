"""WeCom, both ways: what it calls back with, and what is asked of its API.

Callbacks: `crypt.py` verifies and opens them, `messages.py` makes relations and referrals of them. The API: `client.py`
speaks it (tokens, cursors, quotas, errors), `lists.py` turns its full lists of contacts and groups into snapshots.
"""
