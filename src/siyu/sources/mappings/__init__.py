"""From the columns of a file to those of kinds: mappings, headers that tell them, types, and how a load was read."""
