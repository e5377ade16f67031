"""`python -m sample_data [--output DIR] [slug …]`: makes the files of the practice municipalities."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sample_data.maker import make
from sample_data.places import places


def main(arguments: list[str] | None = None) -> int:
    """Make what is asked for and say so, one line a file. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sample_data", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="folder that gets the files")
    parser.add_argument("slugs", nargs="*", metavar="slug", help=f"one of {', '.join(places())}; none: all of them")
    options = parser.parse_args(arguments)
    if unknown := [slug for slug in options.slugs if slug not in places()]:
        parser.error(f"no practice municipality '{unknown[0]}'; there are {', '.join(places())}")
    for slug in options.slugs or places():
        found = make(slug, options.output, lambda name, done, total: print(f"{done:>3}/{total} {name}", flush=True))
        print(f"{slug}: {len(found)} files in {options.output / slug}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
