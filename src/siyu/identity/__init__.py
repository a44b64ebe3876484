"""Who it is: links, components, guards, undo, declared consent. Reads identifiers and links, writes consumers.

`resolve.resolve` brings the consumers up to date; `unlink` takes links back; `show` and `review` let people look;
`declare` records consent held outside. Facts are never rewritten; what a consumer did is the measures' business.
"""
