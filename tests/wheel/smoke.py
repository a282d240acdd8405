"""Uses an installed Repolis as one would, with nothing but the standard library. Any mistake ends it."""

import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

before = set(sys.modules)
import repolis  # noqa: E402

brought = {name.partition(".")[0] for name in set(sys.modules) - before}
assert not brought - set(sys.stdlib_module_names) - {"repolis"}, brought

FILES = {
    "shop/main.py": "from shop.cart import total\n",
    "shop/cart.py": "from shop.stock import price\n\ndef total(x):\n    return x if x else price(x)\n",
    "shop/stock.py": "def price(x):\n    from shop.cart import total\n    return x\n",
}

with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary, "shop ü")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    repo = repolis.analyze(folder)
    assert len(repo) == 3 and repo.name == "shop ü"
    assert repo.cycles()[0]["files"] == ["shop/cart.py", "shop/stock.py"]
    assert repo.top("complexity", 1) == [{"path": "shop/cart.py", "value": 2}]
    assert repo.files.num_rows == 3 and "complexity" in repo.files.column_names
    repo.files.__arrow_c_stream__()
    nearest = []
    try:
        repo.file("shop/cort.py")
    except KeyError as error:
        nearest = error.nearest
    assert nearest[0] == "shop/cart.py", nearest

    repo.add_metric("risk", {"shop/cart.py": 0.5})
    recording = Path(temporary, "city.rrd")
    repo.log(recording, color="risk")
    loaded = repolis.load(recording)
    assert loaded.cycles() == repo.cycles() and loaded.top("risk", 1)[0]["value"] == 0.5

    city = repolis.show(repo)
    with urllib.request.urlopen(city.url) as page:
        assert page.status == 200 and b"<html" in page.read()
    city.select("shop/cart.py")
    assert "<iframe" in city._repr_html_()
    again = repolis.replay(recording)
    assert again.url != city.url

    command = Path(sys.prefix, "Scripts" if os.name == "nt" else "bin", "repolis")
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"repolis {repolis.__version__}", said
    said = subprocess.run([command, "query", "cycles", "--paths", "-s", folder], capture_output=True, check=True)
    assert b"shop/stock.py" in said.stdout
    assert subprocess.run([command, "nothing"], capture_output=True).returncode == 2
