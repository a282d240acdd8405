"""``python -m repolis`` is the command ``repolis``."""

from ._main import main

if __name__ == "__main__":
    main()
