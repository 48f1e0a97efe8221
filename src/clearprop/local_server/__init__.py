"""A web server on this machine for this machine's user alone: what the lab and `clearprop serve` have in common."""
