"""The doors of what arrives over HTTP, each a folder: how an arrival becomes messages. Registered in this one place."""
