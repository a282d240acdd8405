import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A tour of a repository")


@app.cell
def _():
    import marimo as mo
    import polars as pl
    import repolis

    return mo, pl, repolis


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # A tour of a repository

    A folder of source code becomes a graph of imports, and that graph a city: a **building** is a file, a **district** is
    a directory, an **arc** is an import. One cell analyses, one shows, and **a click on a building re-runs the cells that
    depend on it**.

    Nothing of the repository is executed, and nothing leaves this machine.
    """)
    return


@app.cell(hide_code=True)
def _(mo):
    start = mo.cli_args().get("path") or str(mo.notebook_dir().parent)
    path = mo.ui.text(value=start, label="Folder, or `folder@revision`", full_width=True)
    path
    return (path,)


@app.cell
def _(path, repolis):
    repo = repolis.analyze(path.value)
    return (repo,)


@app.cell(hide_code=True)
def _(mo, repo):
    totals = repo.summary()["totals"]
    mo.hstack(
        [
            mo.stat(f"{totals['files']:,}", label="Files", bordered=True),
            mo.stat(f"{totals['code_lines']:,}", label="Lines of code", bordered=True),
            mo.stat(f"{totals['functions']:,}", label="Functions", bordered=True),
            mo.stat(f"{totals['imports']:,}", label="Imports between files", bordered=True),
            mo.stat(f"{totals['cycles']:,}", label="Import cycles", bordered=True),
        ],
        widths="equal",
    )
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## The city

    The footprint grows with the lines of code, the height with the cyclomatic complexity. Drag to turn, scroll to come
    closer, press `/` to search. Choose another colour here, and **click a building**.
    """)
    return


@app.cell(hide_code=True)
def _(mo, pl, repo):
    color = mo.ui.dropdown(
        pl.DataFrame(repo.metrics)["name"].to_list(), value="language", label="Colour by", allow_select_none=False
    )
    color
    return (color,)


@app.cell
def _(repo, repolis):
    city = repolis.show(repo)
    get_selection = city.state()
    city.iframe(height=640)
    return city, get_selection


@app.cell
def _(city, color):
    city.color(color.value)
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## What you clicked

    `city.state()` is a getter: marimo runs the cells that call it again on every click. The next cell calls it, and the ones
    below follow.
    """)
    return


@app.cell
def _(get_selection):
    selected = get_selection()
    return (selected,)


@app.cell(hide_code=True)
def _(mo, selected):
    mo.stop(selected is None, mo.callout(mo.md("Nothing is selected: **click a building** in the city."), kind="info"))
    _title = f"### `{selected['path'] or '.'}`" + (f" · `{selected['function']}`" if selected["function"] else "")
    _links = f"imports {len(selected['imports'])} files, imported by {len(selected['imported_by'])}"
    mo.md(f"{_title}\n\n{selected['kind']}, {_links}")
    return


@app.cell(hide_code=True)
def _(mo, selected):
    mo.stop(selected is None)
    _metrics = [{"metric": name, "value": str(value)} for name, value in selected["metrics"].items()]
    mo.ui.tabs(
        {
            "Metrics": mo.ui.table(_metrics, selection=None, page_size=8),
            f"Imports ({len(selected['imports'])})": mo.ui.table(
                [{"path": path} for path in selected["imports"]], selection=None, page_size=8
            ),
            f"Imported by ({len(selected['imported_by'])})": mo.ui.table(
                [{"path": path} for path in selected["imported_by"]], selection=None, page_size=8
            ),
        }
    )
    return


@app.cell(hide_code=True)
def _(mo):
    depth = mo.ui.slider(1, 3, value=1, label="Imports to draw around it, up to so many steps away", show_value=True)
    depth
    return (depth,)


@app.cell
def _(city, depth, selected):
    if selected and selected["kind"] == "file" and depth.value > 1:
        city.show_imports(selected["path"], depth=depth.value)
    return


@app.cell(hide_code=True)
def _(mo, repo, selected):
    mo.stop(selected is None or selected["kind"] != "file")
    _language = (selected["language"] or "").lower()
    mo.accordion({f"Source of {selected['path']}": mo.md(f"````{_language}\n{repo.source(selected['path'])}\n````")})
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## What a change of it may reach

    Tables are one thing, the graph another: `repo.dependents(…)`, `repo.shortest_path(…)`, `repo.impact(…)` answer with plain
    lists and dicts.
    """)
    return


@app.cell(hide_code=True)
def _(mo, repo, selected):
    mo.stop(selected is None or selected["kind"] != "file")
    dependents = repo.dependents(selected["path"])
    mo.vstack(
        [
            mo.md(f"**{len(dependents)} files** depend on `{selected['path']}`, directly or through others."),
            mo.ui.table([{key: row[key] for key in ("path", "depth", "through")} for row in dependents], selection=None)
            if dependents
            else None,
        ]
    )
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Tables

    `repo.files`, `.directories`, `.functions`, `.imports`, `.externals` and `.diagnostics` are Arrow: Polars, pandas, PyArrow,
    DuckDB and marimo's table take them as they are. **Choose a row** to see its building in the city.
    """)
    return


@app.cell(hide_code=True)
def _(mo, pl, repo):
    files = pl.DataFrame(repo.files)
    table = mo.ui.table(
        files.select("path", "language", "code_lines", "functions", "complexity", "fan_in", "fan_out").sort(
            "complexity", descending=True
        ),
        selection="single",
        page_size=10,
        label="Files, the most complex first",
    )
    table
    return files, table


@app.cell
def _(city, table):
    if len(table.value):
        city.select(table.value["path"][0])
        city.frame(table.value["path"][0])
    return


@app.cell(hide_code=True)
def _(files, mo, pl):
    _languages = (
        files.group_by("language")
        .agg(pl.len().alias("files"), pl.col("code_lines").sum(), pl.col("complexity").sum())
        .sort("code_lines", descending=True)
    )
    mo.ui.table(_languages, selection=None, page_size=8, label="Languages")
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Keep it

    `repo.log("city.rrd")` writes all of this into one file that opens without the repository: `repolis.replay("city.rrd")` shows
    it in a cell, `repolis.load("city.rrd")` gives tables and graph back.
    """)
    return


if __name__ == "__main__":
    app.run()
