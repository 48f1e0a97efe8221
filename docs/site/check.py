"""Looks through the built site: what its files say, and what a browser makes of them.

python docs/site/check.py docs/_build/html
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from browsed import browsed
from read import read


def main():
    """Print the faults; the exit status is 1 where there are some."""
    site = Path(sys.argv[1])
    found = sorted(set(read(site)))
    if not any(site.glob("*.html")):
        found.append(f"{site} has no page: build the site first")
    else:
        found += browsed(site)
    print(*found, sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
