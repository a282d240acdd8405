"""The command ``repolis``."""

from __future__ import annotations

import sys

from ._repolis import run


def main() -> None:
    """Runs the command line of this process."""
    sys.exit(run(["repolis", *sys.argv[1:]]))
