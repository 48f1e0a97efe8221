"""`clearprop serve`: a model that answers other programs on this machine, over HTTP."""
