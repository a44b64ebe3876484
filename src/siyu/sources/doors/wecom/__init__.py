"""WeCom, both ways: what it calls back with, and what is asked of its API.

Callbacks: `crypt.py` verifies and opens them, `xml.py` reads them, `messages.py` makes rows of them. The API:
`client.py` speaks it (tokens, cursors, errors; `rate.py` its quotas, `address.py` where it may be, `corp.py` whose it
is), `lists.py` makes rows of its lists of contacts and groups, `sync.py` loads the full ones as snapshots, `follow.py`
asks for what a callback leaves unsaid. `seen.py`: what was tried, and against what.
"""
