"""What arrived: files, mappings, landing, loads, quality. Knows nothing of consumers or measures.

The verbs stand here: `load` files, `live` for messages, `replay` what was landed, `expiring` for rows past their time.
Their nouns stand in the folders, on the way of a row: readers (and doors), mappings, identifiers, facts, landed;
`loading` holds the steps of one load, `erasing` and `coverage` what is asked of all loads.
"""
