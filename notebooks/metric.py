import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A metric of one's own")


@app.cell
def _():
    import marimo as mo
    import polars as pl
    import repolis

    return mo, pl, repolis


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # A metric of one's own

    Whatever can be said of a file as a number or a word can be a footprint, a height or a colour of the city: values by path,
    handed to `repo.add_metric`. Here are two, one in **Python** from the tables, one in **Rust** from the sources.
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
def _(mo):
    mo.md("""
    ## In Python: remarks

    The share of a file's lines that are comments, from columns that are there already. A DataFrame with a column `path` and
    one more is all that it takes; a dict or a Series would do as well.
    """)
    return


@app.cell
def _(files, pl, repo):
    remarks = files.filter(pl.col("code_lines") > 0).select(
        "path", remarks=(100 * pl.col("comment_lines") / pl.col("lines")).round(1)
    )
    repo.add_metric("remarks", remarks, unit="%", description="lines that are comments")
    return (remarks,)


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## In Rust: repetition

    What has to read every character of every file is better off in Rust. `repolis.rust_metric` compiles a function and calls it for all
    files on all cores, without Python's lock. The first one takes some 10 to 20 seconds, further ones one or two, and one that has been
    compiled before none. It needs `pip install "repolis[rust]"` and [Rust](https://rustup.rs).

    **This compiles and runs your own code** in this process. Of the repository nothing is compiled or run: its files are read.
    """)
    return


@app.cell(hide_code=True)
def _(mo):
    CODE = """use std::collections::HashMap;

/// The share of lines that stand in the same file more than once. Short ones, such as braces, do not count.
fn metric(_path: &str, source: &str) -> f64 {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for line in source.lines().map(str::trim).filter(|line| line.len() > 5) {
        *counts.entry(line).or_default() += 1;
    }
    let all: u32 = counts.values().sum();
    let repeated: u32 = counts.values().filter(|count| **count > 1).sum();
    if all < 10 { f64::NAN } else { (1000.0 * f64::from(repeated) / f64::from(all)).round() / 10.0 }
}
"""
    # Whoever opens a running app should not get a compiler for what they like.
    editor = None
    if mo.app_meta().mode == "edit":
        editor = mo.ui.code_editor(CODE, language="rust", min_height=240).form(submit_button_label="Compile")
    mo.md(f"```rust\n{CODE}\n```") if editor is None else editor
    return CODE, editor


@app.cell
def _(CODE, editor):
    code = editor.value if editor is not None and editor.value else CODE
    return (code,)


@app.cell
def _(code, repo, repolis):
    repetition, problem = {}, None
    try:
        metric = repolis.rust_metric(code)
        repetition = metric(repo)
        repo.add_metric("repetition", repetition, unit="%", description="lines that stand more than once")
    except repolis.Error as error:
        problem = str(error)
    return problem, repetition


@app.cell(hide_code=True)
def _(mo, problem, repetition):
    mo.callout(mo.md(f"```text\n{problem}\n```"), kind="danger") if problem else mo.md(
        f"Computed for **{len(repetition):,} files**."
    )
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## In the city

    **Click a building**: its own metrics stand beside those of Repolis, here and in the page.
    """)
    return


@app.cell
def _(remarks, repetition):
    # Those that were added: what depends on it runs after that.
    own = [name for name, values in {"repetition": repetition, "remarks": remarks}.items() if len(values)]
    return (own,)


@app.cell(hide_code=True)
def _(mo, own):
    _names = [*own, "language"]
    color = mo.ui.radio(_names, value=_names[0], label="Colour by", inline=True)
    color
    return (color,)


@app.cell
def _(own, repo, repolis):
    city = repolis.show(repo, color=own[0] if own else "language")
    get_selection = city.state()
    city.iframe(height=640)
    return city, get_selection


@app.cell
def _(city, color):
    city.color(color.value)
    return


@app.cell(hide_code=True)
def _(get_selection, mo, own):
    selected = get_selection()
    mo.stop(selected is None, mo.callout(mo.md("Nothing is selected: **click a building**."), kind="info"))
    _own = {name: selected["metrics"].get(name) for name in own}
    _told = ", ".join(f"{name} {value:.1f} %" for name, value in _own.items() if value is not None)
    mo.md(f"### `{selected['path']}`\n\n{_told or 'no value of these two'}")
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Where it is worst
    """)
    return


@app.cell(hide_code=True)
def _(mo, own, pl, repo):
    # `files` from above has not got the new columns.
    _columns = ["path", "language", "lines", *own]
    mo.ui.table(
        pl.DataFrame(repo.files).select(_columns).sort([*own, "lines"][0], descending=True, nulls_last=True),
        selection=None,
        page_size=10,
    )
    return


if __name__ == "__main__":
    app.run()
