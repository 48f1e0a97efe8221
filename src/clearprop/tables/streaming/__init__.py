"""Learning from a table that memory does not hold: a first pass over all of it, and shards of prepared rows."""
