"""The collector: events of web pages, apps and servers, in the HTTP format that Segment's clients speak.

`routes.router` is what the application mounts. What the events mean is the business of their door.
"""
