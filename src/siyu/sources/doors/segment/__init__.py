"""Messages in the Segment format: track, identify, page, screen, group and alias, one to a request or many.

`call.py` reads a message, `people.py` says who stands on it, `vocabulary.py` what the names of events mean, and the
modules beside them make rows. What a message may hold is told in docs/reference/live-events.md.
"""
