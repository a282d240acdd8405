"""What other programs make of the files that ``repolis export`` writes, each opened by its real reader.

All exports are held against the tables of a recording of the same repository, which Rerun's own reader opens.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import duckdb
import networkx as nx
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft7Validator
from playwright.sync_api import Playwright
from rerun.experimental import RrdReader

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("REPOLIS_BIN", str(ROOT / "target" / "release" / "repolis"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
MERMAID = ROOT / ".venv" / "mermaid.min.js"
# No tidy names: what quoting, XML, DOT and Mermaid give a meaning to, and what no XML can hold.
ODD_NAMES = [
    'src/quo"te/a.py',
    "src/back\\slash\\/b.py",
    "src/<b>&amp;/c.py",
    "src/line\nbreak/d.py",
    "src/\x1b[31m/e.py",
    "src/=1+1/f.py",
    "src/1. list/g.py",
    "src/__init__/`h`.py",
    "src/end/i.py",
    "src/ä 😀, b/j.py",
    "src/#35;{x}|y|/k.py",
    "src/- dash/l.py",
    'src/a & & "b" ]]> c/m.py',
    "src/(group)/[...id]/n.py",
]


def export(source: Path | str, target: Path, *options: str) -> Path:
    subprocess.run([BINARY, "export", str(source), "-o", str(target), "--quiet", *options], check=True)
    return target


def write_odd(folder: Path) -> Path:
    """Each file imports the next, so that all are in one cycle."""
    for name in ODD_NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("from shared import x\n")
    (folder / "shared.py").write_text("import importlib\nimport nowhere.here\n")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (folder / "poetry.lock").write_text("# @generated\n" * 3)
    return folder


@pytest.fixture(scope="module", params=["own sources", "odd names"])
def repository(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository") / "source"
    if request.param == "odd names":
        return write_odd(folder)
    shutil.copytree(ROOT / "src", folder / "src")
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copytree(ROOT / "web", folder / "web")
    return folder


@pytest.fixture(scope="module")
def recording(repository: Path) -> Path:
    path = repository.parent / "city.rrd"
    subprocess.run([BINARY, "log", str(repository), "-o", str(path), "--quiet"], check=True)
    return path


@pytest.fixture(scope="module")
def recorded(recording: Path) -> dict[str, pa.Table]:
    """The tables of the recording by name."""
    tables = {}
    for chunk in RrdReader(recording).stream():
        if str(chunk.entity_path).startswith("/tables/"):
            row = chunk.to_record_batch()
            names = [name for name in row.schema.names if not name.startswith("rerun.")]
            tables[str(chunk.entity_path).removeprefix("/tables/")] = pa.table({n: row[n].flatten() for n in names})
    return tables


def files_of(recorded: dict[str, pa.Table]) -> dict[str, dict]:
    return {row.pop("path"): row for row in recorded["files"].drop_columns(["directory"]).to_pylist()}


def imports_of(recorded: dict[str, pa.Table]) -> list[tuple[str, str, int, str]]:
    paths = recorded["files"]["path"].to_pylist()
    rows = recorded["imports"].to_pylist()
    return [(paths[row["from"]], paths[row["to"]], row["line"], row["kind"]) for row in rows]


def pairs_of(recorded: dict[str, pa.Table]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """Lines and kinds of the imports by importing and imported file, as the import graph takes them."""
    pairs: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for source, target, line, kind in imports_of(recorded):
        if kind != "module":
            pairs.setdefault((source, target), []).append((line, kind))
    return pairs


def object_schema(**keys: dict) -> dict:
    return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}


def list_of(**keys: dict) -> dict:
    return {"type": "array", "items": object_schema(**keys)}


TEXT, LINE = {"type": "string"}, {"type": "integer", "minimum": 1}
JSON_SCHEMA = object_schema(
    files=list_of(
        path=TEXT,
        language=TEXT,
        metrics={"type": "object", "additionalProperties": {"type": ["number", "string"]}, "required": ["class"]},
    ),
    imports=list_of(
        **{"from": TEXT, "to": TEXT, "line": LINE},
        kind={"enum": ["runtime", "type-only", "dynamic", "re-export", "module"]},
    ),
    externals=list_of(**{"from": TEXT, "package": TEXT, "line": LINE}),
    unresolved=list_of(**{"from": TEXT, "import": TEXT, "line": LINE, "reason": TEXT}),
    skipped=list_of(path=TEXT, reason=TEXT),
)


def test_json_holds_what_the_recording_holds(repository: Path, recorded: dict[str, pa.Table], tmp_path: Path) -> None:
    document = json.loads(export(repository, tmp_path / "graph.json").read_text())
    Draft7Validator(JSON_SCHEMA).validate(document)
    files = {file["path"]: {"language": file["language"], **file["metrics"]} for file in document["files"]}
    assert files == files_of(recorded)
    assert [tuple(row.values()) for row in document["imports"]] == imports_of(recorded)
    paths = recorded["files"]["path"].to_pylist()
    externals = {(paths[row["from"]], row["package"], row["line"]) for row in recorded["externals"].to_pylist()}
    assert [tuple(row.values()) for row in document["externals"]] == sorted(externals)
    rows = recorded["diagnostics"].to_pylist()
    unresolved = [
        (row["path"], row["subject"], row["line"], row["message"]) for row in rows if row["kind"] == "unresolved"
    ]
    assert [tuple(row.values()) for row in document["unresolved"]] == unresolved
    skipped = [(row["path"], row["message"]) for row in rows if row["kind"] == "skipped"]
    assert [tuple(row.values()) for row in document["skipped"]] == skipped
    assert document["imports"] and document["externals"]


@pytest.fixture(scope="module")
def tables(repository: Path) -> Path:
    """A folder with every table as CSV and as Parquet."""
    folder = repository.parent / "tables"
    folder.mkdir()
    export(repository, folder, "--format", "csv")
    return export(repository, folder, "--format", "parquet")


def test_polars_and_python_read_the_same_csv(recorded: dict[str, pa.Table], tables: Path) -> None:
    files = files_of(recorded)
    with (tables / "files.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    assert list(rows) == list(files)
    for path, row in rows.items():
        for name, value in files[path].items():
            assert type(value)(row[name]) == value
    frame = pl.read_csv(tables / "files.csv")
    assert frame["path"].to_list() == list(files)
    assert frame["complexity"].to_list() == [file["complexity"] for file in files.values()]
    frame = pl.read_csv(tables / "imports.csv")
    assert frame.rows() == imports_of(recorded)


def test_duckdb_polars_and_pyarrow_read_the_same_parquet(recorded: dict[str, pa.Table], tables: Path) -> None:
    files = files_of(recorded)
    columns = {name: [file[name] for file in files.values()] for name in recorded["metrics"]["name"].to_pylist()}
    columns["path"] = list(files)
    arrow = pq.read_table(tables / "files.parquet")
    frame = pl.read_parquet(tables / "files.parquet")
    duck = duckdb.sql(f"from '{tables}/files.parquet'").to_arrow_table()
    for name, values in columns.items():
        assert arrow[name].to_pylist() == values
        assert frame[name].to_list() == values
        assert duck[name].to_pylist() == values
    assert arrow.schema.field("complexity").metadata[b"unit"] == b"paths"
    for row in recorded["metrics"].to_pylist():
        assert arrow.schema.field(row["name"]).metadata[b"description"].decode() == row["description"]
    assert duckdb.sql(f"from '{tables}/imports.parquet'").fetchall() == imports_of(recorded)


def test_every_table_is_the_same_in_both(tables: Path) -> None:
    names = sorted(path.stem for path in tables.glob("*.csv"))
    assert names == sorted(path.stem for path in tables.glob("*.parquet"))
    for name in names:
        with (tables / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file)
        table = pq.read_table(tables / f"{name}.parquet")
        assert head == table.column_names
        types = {column: float if pa.types.is_floating(table[column].type) else str for column in head}
        cells = [[types[column](row[column]) for column in head] for row in table.to_pylist()]
        assert [[types[column](cell) for column, cell in zip(head, row, strict=True)] for row in rows] == cells
    functions = pl.read_parquet(tables / "functions.parquet")
    by_file = dict(functions.group_by("path").agg(pl.col("complexity").sum()).iter_rows())
    files = pl.read_parquet(tables / "files.parquet")
    assert all(by_file.get(path, 0) == complexity for path, complexity in files["path", "complexity"].iter_rows())


def printable(path: str) -> str:
    return path.replace("\x1b", "\\x1b")


def test_networkx_reads_the_graph(repository: Path, recorded: dict[str, pa.Table], tmp_path: Path) -> None:
    graph = nx.read_graphml(export(repository, tmp_path / "graph.graphml"))
    assert type(graph) is nx.DiGraph
    files = files_of(recorded)
    assert list(graph) == [printable(path) for path in files]
    for path, values in files.items():
        node = graph.nodes[printable(path)]
        assert {name: node[name] for name in values} == values
        assert all(type(node[name]) is type(value) for name, value in values.items())
        assert node["fan_in"] == graph.in_degree(printable(path))
        assert node["fan_out"] == graph.out_degree(printable(path))
    pairs = pairs_of(recorded)
    assert set(graph.edges) == {(printable(source), printable(target)) for source, target in pairs}
    component_of = {
        file: number for number, component in enumerate(nx.strongly_connected_components(graph)) for file in component
    }
    for (source, target), imports in pairs.items():
        edge = graph.edges[printable(source), printable(target)]
        assert edge["weight"] == len(imports)
        assert edge["first_line"] == imports[0][0]
        assert set(edge["kinds"].split()) == {kind for _, kind in imports}
        assert edge["in_cycle"] == (component_of[printable(source)] == component_of[printable(target)])


def test_gephi_finds_what_its_importer_looks_for(repository: Path, tmp_path: Path) -> None:
    """Rules of Gephi's ``ImporterGraphML``, as Gephi itself is no Python package."""
    text = export(repository, tmp_path / "graph.graphml").read_text()
    root = ElementTree.fromstring(text)
    space = "{http://graphml.graphdrawing.org/xmlns}"
    assert root.find(f"{space}graph").get("edgedefault") == "directed"
    keys = {key.get("id"): key for key in root.iter(f"{space}key")}
    assert len(keys) == len(list(root.iter(f"{space}key"))), "an id names one thing"
    for key in keys.values():
        assert key.get("for") in ("node", "edge")
        assert key.get("attr.type") in ("boolean", "int", "long", "float", "double", "string")
        # By these names it would take the values for places, sizes and colours.
        assert key.get("attr.name") not in ("x", "y", "z", "xpos", "ypos", "size", "r", "g", "b", "d3", "d7", "id")
    assert keys["label"].get("for") == "node"
    assert keys["weight"].get("for") == "edge"
    # Between two escaped signs it takes white space for none.
    assert not re.search(r"<data[^>]*>[^<]*;\s+&", text), "values with signs are CDATA"
    nodes = {node.get("id") for node in root.iter(f"{space}node")}
    assert all(edge.get(end) in nodes for edge in root.iter(f"{space}edge") for end in ("source", "target"))


def graphviz(path: Path, *options: str) -> str:
    done = subprocess.run(["dot", *options, str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_graphviz_draws_the_directories(repository: Path, recorded: dict[str, pa.Table], tmp_path: Path) -> None:
    path = export(repository, tmp_path / "graph.dot", "--depth", "9")
    drawn = json.loads(graphviz(path, "-Tjson"))
    directory = {p: p.rpartition("/")[0] for p in recorded["files"]["path"].to_pylist()}
    shown = {"": "."} | {d: one_line(d) for d in directory.values() if d}
    expect: dict[tuple[str, str], int] = {}
    for (source, target), imports in pairs_of(recorded).items():
        ends = directory[source], directory[target]
        if ends[0] != ends[1]:
            expect[ends] = expect.get(ends, 0) + len(imports)
    labels = [node["label"].replace("&amp;", "&").replace("\\\\", "\\") for node in drawn["objects"]]
    edges = {(labels[e["tail"]], labels[e["head"]]): int(e["label"]) for e in drawn["edges"]}
    assert edges == {(shown[a], shown[b]): count for (a, b), count in expect.items()}
    directories = nx.DiGraph(expect.keys())
    cyclic = {
        node for component in nx.strongly_connected_components(directories) if len(component) > 1 for node in component
    }
    red = {labels[e["tail"]] for e in drawn["edges"] if e.get("color") == "#c1121f"}
    assert red <= {shown[d] for d in cyclic} and bool(red) == bool(cyclic)
    texts = {
        text.text for text in ElementTree.fromstring(graphviz(path, "-Tsvg")).iter("{http://www.w3.org/2000/svg}text")
    }
    assert {text.replace("\xa0", " ") for text in texts} >= set(labels)


def one_line(path: str) -> str:
    return printable(path).replace("\n", "\\n")


DRAW = """async (text) => {
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
  const { svg } = await mermaid.render('drawn', text);
  document.body.innerHTML = svg;
  const texts = (selector) => [...document.querySelectorAll(selector)].map((element) => element.textContent.trim());
  return { nodes: texts('.node .label'), edges: texts('.edgeLabels .edgeLabel .label'),
           lines: document.querySelectorAll('path.flowchart-link').length };
}"""


def mermaid(playwright: Playwright, *files: Path) -> list[dict]:
    """What Mermaid draws, with the settings that GitHub does not let a diagram change."""
    if not MERMAID.exists():
        pytest.skip("npm brought no mermaid")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    page = browser.new_page()
    page.set_content("<body></body>")
    page.add_script_tag(path=MERMAID)
    drawn = [page.evaluate(DRAW, file.read_text()) for file in files]
    browser.close()
    return drawn


def test_mermaid_draws_directories_and_files(playwright: Playwright, tmp_path: Path) -> None:
    odd = write_odd(tmp_path / "odd")
    directories = export(odd, tmp_path / "directories.mmd", "--depth", "9")
    files = export(odd, tmp_path / "files.mmd", "--level", "file")
    own = export(ROOT / "src", tmp_path / "own.mmd")
    drawn = mermaid(playwright, directories, files, own)
    assert sorted(drawn[0]["nodes"]) == sorted([".", *(one_line(Path(name).parent.as_posix()) for name in ODD_NAMES)])
    assert sorted(drawn[1]["nodes"]) == sorted(["shared.py", *map(one_line, ODD_NAMES)])
    assert [node["lines"] for node in drawn[:2]] == [len(ODD_NAMES)] * 2
    assert drawn[2]["lines"] == own.read_text().count("-->")


def test_mermaid_draws_the_most_that_it_can(tmp_path: Path) -> None:
    count = 700
    for number in range(count):
        path = tmp_path / "many" / f"{'long' * 20}_{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("from hub import x\n" * (1 + number % 3))
    (tmp_path / "many" / "hub.py").write_text("x = 1\n")
    path = export(tmp_path / "many", tmp_path / "many.mmd", "--level", "file")
    text = path.read_text()
    lines = text.count("-->")
    assert len(text) < 50_000 and 100 < lines < 500
    assert f"{count - lines} edges, the weakest" in text
    assert "-->|1|" not in text, "the strongest are kept"


NUMBERS = {"type": "object", "additionalProperties": {"type": "number"}}
TYPES = {"type": "object", "additionalProperties": {"enum": ["absolute", "relative"]}}
# What CodeCharta's `generatedSchema.json` and its Kotlin model ask of a map.
CC_SCHEMA = object_schema(
    checksum={"type": "string", "pattern": "^[0-9a-f]{32}$"},
    data=object_schema(
        projectName=TEXT,
        apiVersion={"const": "1.5"},
        nodes={"type": "array", "minItems": 1, "maxItems": 1, "items": {"$ref": "#/definitions/node"}},
        edges=list_of(fromNodeName=TEXT, toNodeName=TEXT, attributes=NUMBERS),
        attributeTypes=object_schema(nodes=TYPES, edges=TYPES),
        attributeDescriptors={
            "type": "object",
            "additionalProperties": object_schema(
                **dict.fromkeys(("title", "description", "hintLowValue", "hintHighValue", "link"), TEXT),
                direction={"enum": [-1, 1]},
                analyzers={"type": "array", "items": TEXT},
            ),
        },
        blacklist={"type": "array"},
    ),
) | {
    "definitions": {
        "node": {
            "type": "object",
            "properties": {
                "name": TEXT,
                "type": {"enum": ["File", "Folder"]},
                "attributes": NUMBERS,
                "children": {"type": "array", "items": {"$ref": "#/definitions/node"}},
            },
            "required": ["name", "type"],
            "additionalProperties": False,
        }
    }
}


def test_codecharta_finds_what_its_reader_looks_for(
    repository: Path, recorded: dict[str, pa.Table], tmp_path: Path
) -> None:
    text = export(repository, tmp_path / "map.cc.json").read_text()
    document = json.loads(text)
    data = document["data"]
    Draft7Validator(CC_SCHEMA).validate(document)
    inner = text[len('{"data":') : text.rindex(',\n"checksum":')]
    assert document["checksum"] == hashlib.md5(inner.encode()).hexdigest()
    leaves = dict(nodes_of(data["nodes"][0], ""))
    files = files_of(recorded)
    drawn = {path for path, values in files.items() if values["class"] == "source"}
    assert leaves.keys() == {f"/root/{path}" for path in drawn}
    names = {"rloc": "code_lines", "loc": "lines"}
    for path, attributes in leaves.items():
        expect = files[path.removeprefix("/root/")]
        assert {names.get(name, name): value for name, value in attributes.items()} == {
            name: value for name, value in expect.items() if not isinstance(value, str)
        }
    pairs = pairs_of(recorded)
    edges = {(e["fromNodeName"], e["toNodeName"]): e["attributes"]["imports"] for e in data["edges"]}
    assert edges == {
        (f"/root/{a}", f"/root/{b}"): len(lines) for (a, b), lines in pairs.items() if a in drawn and b in drawn
    }
    attributes = set(next(iter(leaves.values())))
    assert data["attributeTypes"]["nodes"].keys() == attributes
    assert data["attributeDescriptors"].keys() == attributes | {"imports"}


def nodes_of(node: dict, above: str):
    """Files with their attributes by path; names are distinct in each folder."""
    path = f"{above}/{node['name']}"
    children = node.get("children", [])
    assert len({(child["name"], child["type"]) for child in children}) == len(children)
    if node["type"] == "File":
        yield path, node["attributes"]
    for child in children:
        yield from nodes_of(child, path)


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the pages talk of."""
    folder = tmp_path_factory.mktemp("pages")
    for name in ("tables", "before"):
        (folder / name).mkdir()
        export(ROOT, folder / name, "--format", "parquet")
    export(ROOT, folder / "graph.graphml")
    return folder


def test_the_queries_of_the_page_have_answers(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(exported)
    queries = blocks("get-the-graph-into-duckdb.md", "sql")
    database = duckdb.connect()
    answers = [database.sql(query).fetchall() for query in queries]
    assert len(answers) == 7
    assert [bool(rows) for rows in answers] == [True, True, True, True, True, False, True]
    assert ("src/scan/tree.rs", 0) in answers[3] and ("src/scan/mod.rs", 1) in answers[3]


@pytest.mark.parametrize("page", ["export.md", "get-the-graph-into-duckdb.md"])
def test_the_python_of_the_pages_runs(
    page: str, exported: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(exported)
    for code in blocks(page, "python"):
        exec(compile(code, page, "exec"), {})
        assert capsys.readouterr().out


def test_the_example_of_json_is_json() -> None:
    (example,) = blocks("export.md", "json")
    Draft7Validator(JSON_SCHEMA).validate(json.loads(example))
