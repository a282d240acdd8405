"""What an exported folder answers is what a session answers: the same messages, and the same numbers for the viewer."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from conftest import ROOT, City, write_repository
from folders import Host, export
from playwright.sync_api import BrowserContext
from rerun.experimental import Chunk, RrdReader

# Resolves with a message and streams in base64 for each command. A question about the source of nothing ends each answer.
FROM_SESSION = """async ([url, commands]) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    const answers = [];
    let answer = null, ready;
    const isReady = new Promise((resolve) => (ready = resolve));
    let ended = () => {};
    socket.onmessage = ({data}) => {
        if (typeof data !== "string") return answer?.rrd[answer.rrd.length - 1].push(new Uint8Array(data));
        const message = JSON.parse(data);
        if (message.type === "ready") ready();
        else if (!answer) return;
        else if (message.type === "rrd") answer.rrd.push([]);
        else if (message.type === "source") ended();
        else answer.message = message;
    };
    await isReady;
    for (const command of commands) {
        answer = {message: null, rrd: []};
        const isEnded = new Promise((resolve) => (ended = resolve));
        socket.send(JSON.stringify(command));
        socket.send(JSON.stringify({type: "source", path: "", line: 1}));
        await isEnded;
        answers.push(answer);
    }
    socket.close();
    return Promise.all(answers.map(async ({message, rrd}) => ({message, rrd: await Promise.all(rrd.map(async (parts) =>
        btoa(Array.from(new Uint8Array(await new Blob(parts).arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""))))})));
}"""
FROM_FOLDER = """async (commands) => {
    const main = document.querySelector("script[type=module]").src;
    const {openFolder} = await import(new URL("offline.js", main));
    const answers = [];
    let ready, ended = () => {};
    const isReady = new Promise((resolve) => (ready = resolve));
    const send = openFolder("data/", {
        received() {},
        rrd: (bytes) => answers[answers.length - 1]?.rrd.push(bytes),
        closed: (reason) => { throw new Error(reason); },
        message(message) {
            if (message.type === "ready") return ready();
            if (message.type === "source") return ended();
            if (answers.length) answers[answers.length - 1].message = message;
        },
    }, {isLight: false, room: "wide"});
    await isReady;
    for (const command of commands) {
        answers.push({message: null, rrd: []});
        const isEnded = new Promise((resolve) => (ended = resolve));
        send(command);
        send({type: "source", path: "", line: 1, view: command.view});
        await isEnded;
    }
    return answers.map(({message, rrd}) => ({message, rrd: rrd.map((bytes) =>
        btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")))}));
}"""

PLAIN = {
    "look": None,
    "filter": {"hide": {}, "directory": "", "range": None},
    "depth": 1,
    "direction": "both",
    "near": False,
    "room": "wide",
}


def view(
    area: str = "",
    height: str = "",
    color: str = "",
    depth: int = 1,
    near: bool = False,
    direction: str = "both",
    room: str = "wide",
    **parts: object,
) -> dict:
    look = {"area": area or "code_lines", "height": height or "complexity", "color": color or "language"}
    changed = area or height or color
    return {
        "look": look if changed else None,
        "filter": PLAIN["filter"] | parts,
        "depth": depth,
        "direction": direction,
        "near": near,
        "room": room,
    }


def commands(file: dict, paths: list[str], words: list[str], directory: str, language: str) -> list[dict]:
    """`file` is the building of the first path."""
    looks = [
        view(color="fan_in"),
        view(color="role"),
        view(area="fan_out", height="lines"),
        view(area="fan_in", color="cycle"),
        view(directory=directory),
        view(hide={"language": [language]}, height="fan_in"),
        view(range={"metric": "complexity", "min": 3, "max": None}),
        view(area="fan_out", room="small"),
        view(area="fan_out", room="narrow"),
    ]
    asked = [{"type": "look", "before": None, "selected": None, "view": one} for one in [PLAIN, *looks]]
    asked += [{"type": "look", "before": PLAIN, "selected": None, "view": one} for one in looks]
    asked.append({"type": "look", "before": None, "selected": None, "view": view(color="nonsense")})
    asked.append({"type": "look", "before": None, "selected": None, "view": view(height="language")})
    for at, path in enumerate(paths):
        shown = [view(), view(depth=3), view(depth=2, direction="in"), view(height="lines", directory=directory)][
            at % 4
        ]
        asked.append({"type": "select_path", "path": path, "frame": at % 2 == 0, "view": shown})
    asked += [{"type": "search", "text": word, "view": view(directory=directory)} for word in words]
    asked += [{"type": "lists", "view": one} for one in [PLAIN, view(directory=directory)]]
    asked += [{"type": "cycle", "number": number, "view": PLAIN} for number in (1, 999)]
    asked += [{"type": "look", "before": None, "selected": None, "cycle": at, "view": looks[3]} for at in (1, 999)]
    asked += [{"type": "frame", "building": None, "view": view(room=room)} for room in ("wide", "narrow", "small")]
    asked.append({"type": "clear", "view": PLAIN})

    def click(entity: str, at: int, view: dict, **around: object) -> None:
        asked.append({"type": "select", "building": {"entity": entity, "instance": at}, "view": view, **around})

    for at in (0, 1, 9999):
        click("/ground", at, PLAIN)
        click("/graph", at, PLAIN)
        for one in (PLAIN, view(area="fan_out"), view(room="small"), view(directory=directory)):
            click("/ground/names", at, one)
    for kind in ("runtime", "type_only", "cycles"):
        for at in range(0, 40, 3):
            for one in (PLAIN, view(directory=directory), view(area="fan_out")):
                click(f"/imports/{kind}", at, one)
    for at in range(6):
        click("/imports/selected", at, view(depth=2), around=file, cycle=None)
        click("/imports/selected", at, PLAIN, around=file, cycle=1)
    return [{"recording": "", **one} for one in asked]


REPOSITORIES = {
    "python": (
        ["shop/cart.py", "deep/one/first.py", "web/app.js", "shop/", "/", "gone.py"],
        ["cart", "cart.py", "step_1", "shop cart", "first step_3", "TS", "s/t/m", "qqqq", "é"],
        "shop",
        "JavaScript",
    ),
    "rust": (
        ["scan/mod.rs", "city/mod.rs", "stream/template.rs", "lang/", "main.rs", "analysis/mod.rs"],
        ["mod", "city arcs", "new", "Fitting", "lang rust mod", "stream", "sess ans", "fromStr", "a_b", "x"],
        "lang",
        "Markdown",
    ),
}


@pytest.fixture(scope="module", params=REPOSITORIES)
def answers(
    request: pytest.FixtureRequest, context: BrowserContext, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list]:
    folder = tmp_path_factory.mktemp("both")
    source = folder / "shop"
    if request.param == "python":
        write_repository(source)
    else:
        source = ROOT / "src"
    export(source, folder / "root")
    paths = REPOSITORIES[request.param][0]
    city, host = City(source), Host(folder / "root")
    socket = f"ws://{city.host}/socket?token={city.token}"
    page = context.new_page()
    page.goto(city.url.split("?")[0])
    [first] = page.evaluate(FROM_SESSION, [socket, [{"type": "select_path", "path": paths[0], "view": PLAIN}]])
    asked = commands(first["message"]["building"], *REPOSITORIES[request.param])
    session = page.evaluate(FROM_SESSION, [socket, asked])
    page.goto(host.url)
    still = page.evaluate(FROM_FOLDER, asked)
    page.close()
    # The viewer of a folder has copies of the last arc, behind those that a session knows.
    both = zip(asked, session, still, strict=True)
    yield [one for one in both if not (is_arc(one[0]) and one[1]["message"]["type"] == "cleared")]
    host.close()
    city.close()


def is_arc(asked: dict) -> bool:
    return asked["type"] == "select" and asked["building"]["entity"].startswith("/imports/")


def alike(one: object, other: object) -> bool:
    """Numbers may differ by how they were rounded."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9)
    return one == other


def test_messages_are_the_same(answers: list) -> None:
    assert sum((one["message"] or {}).get("type") == "import" for _, one, _ in answers) > 20
    wrong = [
        (asked, one["message"], two["message"])
        for asked, one, two in answers
        if not alike(one["message"], two["message"])
    ]
    assert not wrong, wrong[0]


def chunks(stream: str, file: Path) -> Iterator[Chunk]:
    file.write_bytes(base64.b64decode(stream))
    reader = RrdReader(str(file))
    for store in [*reader.recordings(), *reader.blueprints()]:
        yield from reader.stream(store=store)


def numbers(streams: list[str], file: Path) -> dict[tuple[str, str], np.ndarray]:
    """The last values of each component, flat."""
    found = {}
    for stream in streams:
        for chunk in chunks(stream, file):
            row = chunk.to_record_batch()
            for column in row.schema.names:
                if not column.startswith("rerun.") and column != "blueprint":
                    found[chunk.entity_path, column] = flat(row[column])
    return found


def flat(values: pa.Array) -> np.ndarray:
    while pa.types.is_list(values.type) or pa.types.is_fixed_size_list(values.type):
        values = values.flatten()
    return np.asarray(values.to_pylist())


@pytest.mark.filterwarnings("ignore:RRD file has no footer")
def test_the_viewer_gets_the_same_numbers(answers: list, tmp_path: Path) -> None:
    compared = 0
    for asked, one, two in answers:
        session, still = numbers(one["rrd"], tmp_path / "a.rrd"), numbers(two["rrd"], tmp_path / "b.rrd")
        assert session.keys() <= still.keys(), asked
        for key, wanted in session.items():
            given = still[key]
            if "LineStrips3D" in key[1] and len(wanted):
                # Templates have room for more, filled with copies of the last arc.
                assert len(given) >= len(wanted), (asked, key)
                given = given[: len(wanted)]
            assert len(given) == len(wanted), (asked, key)
            if wanted.dtype.kind == "f":
                assert np.allclose(given, wanted, rtol=1e-4, atol=2e-3), (asked, key, np.abs(given - wanted).max())
            else:
                assert (given == wanted).all(), (asked, key)
            compared += len(wanted)
    assert compared > 10_000


@pytest.mark.filterwarnings("ignore:RRD file has no footer")
def test_what_comes_later_wins(answers: list, tmp_path: Path) -> None:
    rows = []
    for _, _, still in answers:
        for stream in still["rrd"]:
            ids = {str(chunk.id) for chunk in chunks(stream, tmp_path / "a.rrd")}
            assert not rows or min(ids) > rows[-1]
            rows.append(max(ids))
