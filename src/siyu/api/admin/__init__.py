"""What a key that administers may do over HTTP: the same acts as over the command line, by the same functions."""
