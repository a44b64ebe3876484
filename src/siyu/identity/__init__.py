"""Who it is: links, components, guards, undo. Reads identifiers and links, writes consumers."""
