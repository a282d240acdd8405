"""Metrics of the graph are those of networkx."""

from __future__ import annotations

import csv
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import pytest
from networkx.algorithms.link_analysis.pagerank_alg import _pagerank_python
from tables import record

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("REPOLIS_BIN", str(ROOT / "target" / "release" / "repolis"))

# Our own sources, and a package of another language that these tests need anyway.
SOURCES = [(ROOT / "src", []), (Path(nx.__file__).parents[1], ["--include", "networkx/**", "--no-ignore"])]


@dataclass
class Case:
    """The files, their metrics, and the graph that networkx is asked about."""

    files: list[dict[str, object]]
    graph: nx.DiGraph

    def column(self, name: str) -> list[float]:
        return [row[name] for row in self.files]


@pytest.fixture(scope="module", params=SOURCES, ids=["repolis", "networkx"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    output = tmp_path_factory.mktemp("graph") / "city.rrd"
    source, options = request.param
    tables = record(BINARY, source, output, "--color", "community", "--height", "betweenness", *options)
    files = tables["files"].to_pylist()
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(files)))
    for row in tables["imports"].to_pylist():
        if row["kind"] != "module":
            weight = graph.get_edge_data(row["from"], row["to"], {"weight": 0})["weight"]
            graph.add_edge(row["from"], row["to"], weight=weight + 1)
    assert graph.number_of_edges() > 300
    return Case(files, graph)


def test_page_rank(case: Case) -> None:
    # That of `nx.pagerank` needs scipy; this one is its specification in plain Python.
    expect = _pagerank_python(case.graph, alpha=0.85, weight=None, tol=1e-12, max_iter=1000)
    assert case.column("page_rank") == pytest.approx([expect[node] for node in case.graph], abs=1e-9)


def test_betweenness(case: Case) -> None:
    expect = nx.betweenness_centrality(case.graph)
    assert max(expect.values()) > 0
    assert case.column("betweenness") == pytest.approx([expect[node] for node in case.graph], abs=1e-12)


def test_cycles_are_strongly_connected_components(case: Case) -> None:
    expect = {frozenset(part) for part in nx.strongly_connected_components(case.graph) if len(part) > 1}
    ours: dict[object, set[int]] = {}
    for node, cycle in enumerate(case.column("cycle")):
        if cycle > 0:
            ours.setdefault(cycle, set()).add(node)
    assert {frozenset(part) for part in ours.values()} == expect


def test_layers_of_the_condensed_graph(case: Case) -> None:
    condensed = nx.condensation(case.graph)
    longest: dict[int, int] = {}
    for part in reversed(list(nx.topological_sort(condensed))):
        longest[part] = max((longest[below] + 1 for below in condensed.successors(part)), default=0)
    mapping = condensed.graph["mapping"]
    assert case.column("layer") == [longest[mapping[node]] for node in case.graph]


def test_communities_are_as_good_as_those_of_louvain(case: Case) -> None:
    graph = nx.Graph()
    for source, target, weight in case.graph.edges(data="weight"):
        before = graph.get_edge_data(source, target, {"weight": 0})["weight"]
        graph.add_edge(source, target, weight=before + weight)
    ours: dict[object, set[int]] = {}
    for node, community in enumerate(case.column("community")):
        if community > 0:
            ours.setdefault(community, set()).add(node)
    assert set().union(*ours.values()) == set(graph)
    assert all(nx.is_connected(graph.subgraph(part)) for part in ours.values())
    best = max(nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=seed)) for seed in range(10))
    assert nx.community.modularity(graph, ours.values()) >= 0.97 * best


def write_edges(folder: Path, graph: nx.DiGraph) -> None:
    """A Python package whose modules import each other as `graph` says."""
    folder.mkdir()
    (folder / "__init__.py").touch()
    for node in graph:
        imports = [
            f"import p.m{target}" for target in graph.successors(node) for _ in range(graph[node][target]["weight"])
        ]
        (folder / f"m{node}.py").write_text("\n".join([*imports, ""]))


def test_a_sum_of_cliques_is_its_cliques(tmp_path: Path) -> None:
    graph = nx.DiGraph(nx.ring_of_cliques(6, 5))
    nx.set_edge_attributes(graph, 1, "weight")
    write_edges(tmp_path / "p", graph)
    subprocess.run(
        [BINARY, "export", tmp_path, "-o", tmp_path / "files.csv", "--with-metric", "community", "--quiet"], check=True
    )
    with (tmp_path / "files.csv").open() as file:
        rows = {row["path"]: row["community"] for row in csv.DictReader(file)}
    groups = {frozenset(node for node in graph if rows[f"p/m{node}.py"] == community) for community in rows.values()}
    assert {group for group in groups if group} == {frozenset(range(first, first + 5)) for first in range(0, 30, 5)}
