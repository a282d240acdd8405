"""Makes trees of many small files that import each other, the same ones each time."""

import shutil
from pathlib import Path

FILES_PER_FOLDER = 50


def tree(root: Path, files: int) -> Path:
    """Writes `files` small files below `root`: a quarter each in Python, TypeScript, Rust and Markdown."""
    shutil.rmtree(root, ignore_errors=True)
    folders = files // FILES_PER_FOLDER
    for folder in range(folders):
        # Neighbours share a parent, as in a real tree: 20 folders each.
        parent = root / f"area{folder // 20}"
        (python, typescript, rust, markdown)[folder % 4](parent / f"part{folder}", folder)
    return root


def targets(folder: int, index: int) -> list[int]:
    """Three other files of the same folder."""
    return [(index * step + folder) % (FILES_PER_FOLDER - 1) for step in (3, 7, 13)]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def python(folder: Path, number: int) -> None:
    write(folder / "__init__.py", "")
    for index in range(FILES_PER_FOLDER - 1):
        imports = "".join(f"from .m{other} import f{other}\n" for other in targets(number, index))
        body = "    if n > 1:\n        return n * 2\n    return n\n"
        write(folder / f"m{index}.py", f"{imports}import os\n\n\ndef f{index}(n):\n{body}")


def typescript(folder: Path, number: int) -> None:
    for index in range(FILES_PER_FOLDER):
        imports = "".join(f"import {{ f{other} }} from './m{other}'\n" for other in targets(number, index))
        body = "  if (n > 1) {\n    return n * 2\n  }\n  return n\n"
        write(folder / f"m{index}.ts", f"{imports}\nexport function f{index}(n: number) {{\n{body}}}\n")


def rust(folder: Path, number: int) -> None:
    write(folder / "Cargo.toml", f'[package]\nname = "part{number}"\nversion = "0.1.0"\n')
    modules = range(FILES_PER_FOLDER - 2)
    write(folder / "src/lib.rs", "".join(f"pub mod m{index};\n" for index in modules))
    for index in modules:
        others = {other % len(modules) for other in targets(number, index)}
        imports = "".join(f"use crate::m{other}::f{other};\n" for other in sorted(others))
        body = "    if n > 1 {\n        return n * 2;\n    }\n    n\n"
        write(folder / f"src/m{index}.rs", f"{imports}\npub fn f{index}(n: u32) -> u32 {{\n{body}}}\n")


def markdown(folder: Path, number: int) -> None:
    for index in range(FILES_PER_FOLDER):
        write(folder / f"m{index}.md", f"# Page {index} of part {number}\n\nA sentence.\n\n- one\n- two\n")
