"""Looks through the built site: what its files say, and what a browser makes of them.

python docs/site/check.py docs/_build/html
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from browsed import browsed
from read import pages_of, read


def main():
    """Print the faults; the exit status is 1 where there are some."""
    site = Path(sys.argv[1])
    pages = pages_of(site)
    found = sorted(set(read(site, pages)))
    if pages:
        found += browsed(site, pages)
    else:
        found.append(f"{site} has no page: build the site first")
    print(*found, sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
