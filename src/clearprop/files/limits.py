"""How much a file may hold."""

MOST_MEMBERS = 10_000
# Of a checksum.
DIGITS = 64
MOST_TENSORS = 4_096
# Of bytes: all that is read before anything is checked.
LARGEST_HEADER = 2**20
# Descriptions of version 1 stood in the header whole, however many categories a table had.
LARGEST_FIRST_HEADER = 16 * 2**20
# Of bytes of JSON: from here on a description stands among the arrays; and so long it may be there.
LONG_CONFIG, LONGEST_CONFIG = 2**16, 16 * 2**20
# Of characters: a description in the header, with a config that is not long.
LONGEST_DESCRIPTION = 2 * LONG_CONFIG
# Arrays and objects of JSON in one text: a table of 50,000 columns has as many.
MOST_NESTED = 200_000
