"""`Repo.log` and `repolis.load`: into files, viewers and recordings of one's own, and back."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
import repolis
import rerun as rr
import shop
from rerun.experimental import RrdReader


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.write(tmp_path_factory.mktemp("recordings") / "Größe & more" / "shop")


@pytest.fixture(scope="module")
def repo(folder: Path) -> repolis.Repo:
    return repolis.analyze(folder)


LOOKS = [
    ({}, []),
    (
        {"area": "bytes", "height": "complexity", "color": "fan_in"},
        ["--area", "bytes", "--height", "complexity", "--color", "fan_in"],
    ),
    ({"color": "community", "arcs": 1}, ["--color", "community", "--arcs", "1"]),
]


@pytest.mark.parametrize(("look", "flags"), LOOKS, ids=["as it is", "metrics", "on demand"])
def test_a_file_is_that_of_the_command(look: dict, flags: list[str], folder: Path, tmp_path: Path) -> None:
    # A metric that was computed on demand stays, so this is not the shared one.
    repolis.analyze(folder).log(tmp_path / "ours.rrd", **look)
    subprocess.run([shop.BINARY, "log", str(folder), "-o", str(tmp_path / "its.rrd"), "-q", *flags], check=True)
    assert (tmp_path / "ours.rrd").read_bytes() == (tmp_path / "its.rrd").read_bytes()


def test_options_are_recorded_as_the_command_records_them(folder: Path, tmp_path: Path) -> None:
    repolis.analyze(folder, hidden=True, exclude=["docs"], with_=["generated"]).log(str(tmp_path / "ours.rrd"))
    flags = ["--hidden", "--exclude", "docs", "--with", "generated"]
    subprocess.run([shop.BINARY, "log", str(folder), "-o", str(tmp_path / "its.rrd"), "-q", *flags], check=True)
    assert (tmp_path / "ours.rrd").read_bytes() == (tmp_path / "its.rrd").read_bytes()


def entities(path: Path) -> set[str]:
    return {chunk.entity_path for chunk in RrdReader(str(path)).stream()}


def test_a_recording_of_ones_own_gets_the_city(repo: repolis.Repo, tmp_path: Path) -> None:
    stream = rr.RecordingStream("mine", recording_id="one")
    stream.save(tmp_path / "mine.rrd")
    stream.log("own/points", rr.Points3D([[0, 0, 0]]))
    repo.log(stream, color="complexity")
    stream.log("own/more", rr.Points3D([[1, 0, 0]]))
    stream.flush()
    del stream
    repo.log(tmp_path / "city.rrd", color="complexity")
    found, city = entities(tmp_path / "mine.rrd"), entities(tmp_path / "city.rrd")
    assert {"/own/points", "/own/more"} <= found
    drawn = {entity for entity in city if entity.startswith(("/city", "/tables", "/ground"))}
    assert drawn and drawn <= found


def test_tables_come_back_from_a_file(repo: repolis.Repo, tmp_path: Path) -> None:
    repo.log(tmp_path / "city.rrd")
    loaded = repolis.load(str(tmp_path / "city.rrd"))
    for name in ("files", "imports", "functions", "directories", "externals", "diagnostics"):
        ours, expect = pa.table(getattr(loaded, name)), pa.table(getattr(repo, name))
        assert ours.to_pylist() == expect.to_pylist(), name
        assert getattr(loaded, name).describe() == getattr(repo, name).describe()
    loaded.log(tmp_path / "again.rrd")
    assert repolis.load(tmp_path / "again.rrd").cycles() == repo.cycles()


def test_a_viewer_that_is_not_there(repo: repolis.Repo, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(repolis.Error, match=str(port)):
        repo.log(connect=f"rerun+http://127.0.0.1:{port}/proxy")
    # A file beside it is written all the same.
    with pytest.raises(repolis.Error):
        repo.log(tmp_path / "city.rrd", connect=f"rerun+http://127.0.0.1:{port}/proxy")
    assert len(repolis.load(tmp_path / "city.rrd")) == len(repo)
    with pytest.raises(repolis.Error, match="not-a-url"):
        repo.log(connect="not-a-url")


def test_targets_that_there_are_not(repo: repolis.Repo, tmp_path: Path) -> None:
    with pytest.raises(repolis.Error, match="nowhere to log to"):
        repo.log()
    with pytest.raises(repolis.Error, match="a target of type int: give a path"):
        repo.log(3)
    with pytest.raises(repolis.Error, match="gone"):
        repo.log(tmp_path / "gone" / "city.rrd")
    with pytest.raises(repolis.Error, match="complexty"):
        repo.log(tmp_path / "city.rrd", color="complexty")
    assert not (tmp_path / "city.rrd").exists()


def test_what_is_no_recording_of_a_city(repo: repolis.Repo, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "text.rrd").write_text("no recording")
    (tmp_path / "empty.rrd").touch()
    other = rr.RecordingStream("mine")
    other.save(tmp_path / "other.rrd")
    other.log("points", rr.Points3D([[0, 0, 0]]))
    other.flush()
    del other
    for name in ("text.rrd", "empty.rrd", "other.rrd", "gone.rrd"):
        for read in (repolis.load, repolis.replay):
            with pytest.raises(repolis.Error, match=name):
                read(tmp_path / name)
    with pytest.raises(repolis.Error):
        repolis.load(folder)
    repo.log(tmp_path / "city.rrd")
    with pytest.raises(repolis.Error, match=r"city\.rrd: this is a recording already; read it with repolis.load"):
        repolis.analyze(tmp_path / "city.rrd")


def test_a_recording_that_was_cut_off(repo: repolis.Repo, tmp_path: Path) -> None:
    repo.log(tmp_path / "city.rrd")
    whole = (tmp_path / "city.rrd").read_bytes()
    for length in (*range(0, len(whole), max(1, len(whole) // 40)), len(whole) - 20):
        (tmp_path / "cut.rrd").write_bytes(whole[:length])
        try:
            assert len(repolis.load(tmp_path / "cut.rrd")) == len(repo)
        except repolis.Error as error:
            assert "cut.rrd" in str(error)  # noqa: PT017


def test_a_repository_deleted_between_two_calls(tmp_path: Path) -> None:
    folder = shop.write(tmp_path / "shop")
    repo = repolis.analyze(folder)
    city = repolis.show(repo)
    shutil.rmtree(folder)
    assert repo.cycles() and repo.top("complexity") and len(repo.files) == 11
    with pytest.raises(repolis.Error, match=r"shop/cart\.py: cannot be read now"):
        repo.source("shop/cart.py")
    repo.log(tmp_path / "city.rrd")
    assert repolis.show(repo, color="complexity").url == city.url
    city.select("shop/cart.py")
    city.close()
    with pytest.raises(repolis.Error, match="shop"):
        repolis.analyze(folder)


def test_paths_with_spaces_and_other_letters(tmp_path: Path) -> None:
    folder = tmp_path / "Größe und mehr 日本"
    shop.write(folder)
    (folder / "shop" / "naïve name.py").write_text("from shop.cart import total\n")
    repo = repolis.analyze(folder)
    assert repo.name == folder.name and repo.root == folder
    assert repo.source("shop/naïve name.py").startswith("from shop")
    assert "shop/naïve name.py" in [row["path"] for row in repo.dependents("shop/cart.py")]
    repo.log(tmp_path / "Stadt ü.rrd")
    assert repolis.load(tmp_path / "Stadt ü.rrd").file("shop/naïve name.py")["imports"]
    city = repolis.show(repo)
    city.select("shop/naïve name.py")
    assert "Größe und mehr 日本" in city._repr_html_()
    city.close()


@pytest.mark.parametrize("path", ["no/such/folder", "", "\0", "."], ids=repr)
def test_folders_that_cannot_be_analysed(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((repolis.Error, ValueError)) as error:
        repolis.analyze(path)
    assert str(error.value)


def test_without_the_sdk_a_stream_is_refused(folder: Path) -> None:
    code = (
        "import sys, json; sys.modules['rerun'] = None; sys.modules['rerun.experimental'] = None\n"
        "import repolis\n"
        "class RecordingStream: pass\n"
        "try: repolis.analyze(sys.argv[1]).log(RecordingStream())\n"
        "except repolis.Error as error: print(json.dumps(str(error)))"
    )
    said = json.loads(shop.python(code, folder).stdout)
    assert said.startswith("a target of type RecordingStream: give a path") and "repolis[viewer]" in said
    assert sys.modules["rerun"] is rr
