"""The command ``repolis``."""

from __future__ import annotations

import sys

from ._repolis import run


def main() -> None:
    """Runs the command line of this process."""
    if sys.argv[1:2] == ["trace"]:
        from . import _trace_command

        _trace_command.main(sys.argv[2:])
        return
    sys.exit(run(["repolis", *sys.argv[1:]]))
