import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Architecture review")


@app.cell
def _():
    import marimo as mo
    import polars as pl
    import repolis

    return mo, pl, repolis


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # Architecture review

    Four questions about a repository, each with numbers and with the city coloured accordingly:

    1. Which files **import each other in a circle**, and which few imports would have to go?
    2. What are the **layers**, and which directories are hard to change?
    3. Where is code **complex and much used** at once?
    4. Do the **directories** follow what really belongs together?
    """)
    return


@app.cell(hide_code=True)
def _(mo):
    start = mo.cli_args().get("path") or str(mo.notebook_dir().parent)
    path = mo.ui.text(value=start, label="Folder, or `folder@revision`", full_width=True)
    path
    return (path,)


@app.cell
def _(path, pl, repolis):
    repo = repolis.analyze(path.value)
    files = pl.DataFrame(repo.files)
    return files, repo


@app.cell(hide_code=True)
def _(cycles, files, mo, repo):
    totals = repo.summary()["totals"]
    breaking = sum(len(cycle["breaking"]["links"]) for cycle in cycles)
    mo.hstack(
        [
            mo.stat(f"{totals['files']:,}", label="Files", bordered=True),
            mo.stat(f"{totals['cycles']:,}", label="Import cycles", bordered=True),
            mo.stat(f"{totals['files_in_cycles']:,}", label="Files in cycles", bordered=True),
            mo.stat(f"{breaking:,}", label="Imports that break them", bordered=True),
            mo.stat(f"{(files['layer'].max() or 0) + 1:,}", label="Layers", bordered=True),
            mo.stat(f"{totals['unused']:,}", label="Files nobody uses", bordered=True),
        ],
        widths="equal",
    )
    return


@app.cell(hide_code=True)
def _(mo):
    view = mo.ui.radio(["Cycles", "Layers", "Hotspots", "Communities", "Misplaced"], value="Cycles", inline=True)
    mo.vstack([mo.md("## The city, coloured by"), view])
    return (view,)


@app.cell
def _(repo, repolis):
    city = repolis.show(repo, color="cycle")
    get_selection = city.state()
    city.iframe(height=640)
    return city, get_selection


@app.cell
def _(city, colors, view):
    city.color(colors[view.value], name=view.value.lower())
    return


@app.cell(hide_code=True)
def _(get_selection, hotspots, mo, moves, pl):
    selected = get_selection()
    mo.stop(selected is None, mo.callout(mo.md("**Click a building** for what this review says of it."), kind="info"))
    _rank = hotspots.with_row_index("rank", offset=1).filter(pl.col("path") == selected["path"])
    _says = [
        f"in layer {selected['metrics'].get('layer', '?')}",
        f"in import cycle {selected['metrics']['cycle']}" if selected["metrics"].get("cycle") else "in no import cycle",
        f"hotspot number {_rank['rank'][0]}" if len(_rank) else "no hotspot",
        f"belongs to `{moves[selected['path']]}` by its imports" if selected["path"] in moves else "",
    ]
    mo.md(f"**`{selected['path']}`**: {', '.join(filter(None, _says))}.")
    return


@app.cell
def _(by_community, by_cycle, by_move, hotspots):
    colors = {
        "Cycles": by_cycle,
        "Layers": "layer",
        "Hotspots": hotspots.select("path", "hotspot"),
        "Communities": by_community,
        "Misplaced": by_move,
    }
    return (colors,)


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## 1. Cycles

    Files of a cycle can only be understood, tested and released together. `repo.cycles(breaking=True)` names the fewest imports
    found whose removal breaks each one. **Choose a cycle.**
    """)
    return


@app.cell
def _(files, repo):
    cycles = repo.cycles(breaking=True)
    by_cycle = dict.fromkeys(files["path"], "in no cycle") | {
        path: f"cycle {cycle['number']}" for cycle in cycles for path in cycle["files"]
    }
    return by_cycle, cycles


@app.cell(hide_code=True)
def _(cycles, mo):
    _rows = [
        {
            "cycle": cycle["number"],
            "files": len(cycle["files"]),
            "imports among them": cycle["links"],
            "imports that break it": len(cycle["breaking"]["links"]),
            "a shortest way round": len(cycle["shortest"]),
        }
        for cycle in cycles
    ]
    chosen = mo.ui.table(_rows, selection="single", initial_selection=[0] if _rows else None, page_size=8)
    chosen if _rows else mo.callout(mo.md("No import cycles: nothing to break."), kind="success")
    return (chosen,)


@app.cell(hide_code=True)
def _(chosen, cycles, mo):
    mo.stop(not chosen.value)
    cycle = next(one for one in cycles if one["number"] == chosen.value[0]["cycle"])
    _cut = {(link["from"], link["to"]) for link in cycle["breaking"]["links"]}
    _names = {path: f"n{number}" for number, path in enumerate(cycle["files"])}
    _nodes = [f'{_names[link["from"]]}["{link["from"]}"]' for link in cycle["shortest"]]
    _arrows = [
        f"{_names[link['from']]} {'-. goes .->' if (link['from'], link['to']) in _cut else '-->'} {_names[link['to']]}"
        for link in cycle["shortest"]
    ]
    mo.vstack(
        [
            mo.md(f"### Cycle {cycle['number']}\n\nA shortest way round; dotted is what would go."),
            mo.mermaid("\n".join(["graph LR", *_nodes, *_arrows])),
            mo.md("Imports whose removal breaks the whole cycle:"),
            mo.ui.table(
                [
                    {"from": link["from"], "line": link["imports"][0]["line"], "to": link["to"]}
                    for link in cycle["breaking"]["links"]
                ],
                selection=None,
                page_size=8,
            ),
        ]
    )
    return (cycle,)


@app.cell
def _(city, cycle):
    # The city goes along: the first file of the cycle with its imports.
    city.show_imports(cycle["shortest"][0]["from"], depth=1)
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## 2. Layers

    A file in layer 0 imports nothing of the repository; each other one is one above the highest that it imports. By Robert
    C. Martin's measures a directory that much depends on (low *instability*) should be abstract: the further from that line
    (*distance*), the harder it is to change.
    """)
    return


@app.cell(hide_code=True)
def _(mo, pl, repo):
    _directories = pl.DataFrame(repo.directories).filter(pl.col("afferent") + pl.col("efferent") > 0)
    mo.ui.table(
        _directories.select(
            "path",
            "files",
            "afferent",
            "efferent",
            *(pl.col(name).round(2) for name in ("instability", "abstractness", "distance")),
        ).sort("distance", descending=True),
        selection=None,
        page_size=10,
        label="Directories, the hardest to change first",
    )
    return


@app.cell(hide_code=True)
def _(files, mo, pl, repo):
    _top = pl.col("directory").str.split("/").list.slice(0, 2).list.join("/")
    _where = files.select("path", "layer", top=pl.when(pl.col("directory") == "").then(pl.lit(".")).otherwise(_top))
    _links = (
        pl.DataFrame(repo.imports)
        .join(_where.select(pl.col("path").alias("from"), a="top"), on="from")
        .join(_where.select(pl.col("path").alias("to"), b="top"), on="to")
        .filter(pl.col("a") != pl.col("b"))
        .group_by("a", "b")
        .len("imports")
        .sort("imports", "a", "b", descending=[True, False, False])
    )
    _both = _links.join(_links.select(a="b", b="a", back="imports"), on=["a", "b"])
    mo.vstack(
        [
            mo.md("Directories that import each other **both ways** are one unit, whatever their names say:"),
            mo.ui.table(
                _both.filter(pl.col("a") < pl.col("b")).rename({"imports": "there"}), selection=None, page_size=8
            ),
        ]
    )
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## 3. Hotspots

    Complex code that nobody uses can wait, and so can simple code that everybody uses. The product of a file's ranks by complexity
    and by the number of files that import it finds what is both. As a metric of one's own it is a colour, a height and a
    column of `repo.files`:

    ```python
    repo.add_metric("hotspot", hotspots.select("path", "hotspot"))
    ```
    """)
    return


@app.cell
def _(files, pl):
    hotspots = (
        files.filter((pl.col("complexity") > 0) & (pl.col("fan_in") > 0))
        .with_columns(
            hotspot=(pl.col("complexity").rank() / pl.len() * pl.col("fan_in").rank() / pl.len() * 100).round(1)
        )
        .select("path", "hotspot", "complexity", "max_complexity", "fan_in", "code_lines")
        .sort("hotspot", "path", descending=[True, False])
    )
    return (hotspots,)


@app.cell(hide_code=True)
def _(hotspots, mo):
    worst = mo.ui.table(hotspots, selection="single", page_size=10, label="Choose one to see it in the city")
    worst
    return (worst,)


@app.cell
def _(city, worst):
    if len(worst.value):
        city.select(worst.value["path"][0])
        city.frame(worst.value["path"][0])
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## 4. Directories and communities

    Communities are groups of files that import each other more than others (Louvain's method). Where directories follow them, the
    city's districts have one colour each; a file with most of its imports in another directory may be misplaced.
    """)
    return


@app.cell
def _(files, repo):
    communities = repo.communities()
    moves = {row["path"]: row["other"] for row in communities["misplaced"]}
    by_community = {
        row["path"]: f"community {row['value']}" for row in repo.top("community", max(len(repo), 1)) if row["value"]
    }
    by_move = {path: f"to {moves[path] or '.'}" if path in moves else "in its place" for path in files["path"]}
    by_community = by_community or dict.fromkeys(files["path"], "none")
    return by_community, by_move, communities, moves


@app.cell(hide_code=True)
def _(communities, mo):
    _levels = [
        {
            "depth of directories": level["depth"],
            "directories": level["directories"],
            "agreement": round(level["adjusted_rand"], 2),
        }
        for level in communities["levels"]
    ]
    mo.hstack(
        [
            mo.vstack(
                [mo.md("Agreement of directories and communities; 1 is perfect."), mo.ui.table(_levels, selection=None)]
            ),
            mo.vstack(
                [
                    mo.md("Files whose imports lead elsewhere."),
                    mo.ui.table(communities["misplaced"], selection=None, page_size=8)
                    if communities["misplaced"]
                    else mo.md("None."),
                ]
            ),
        ],
        widths="equal",
    )
    return


if __name__ == "__main__":
    app.run()
