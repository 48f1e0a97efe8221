"""Tables that memory need not hold: typed columns that come part by part, from wherever they are."""
