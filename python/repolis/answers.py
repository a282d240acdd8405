"""The dicts that :class:`repolis.Repo` answers with, for annotations; at run time they are plain dicts.

>>> from repolis.answers import Ranked
>>> def names(rows: list[Ranked]) -> list[str]:
...     return [row["path"] for row in rows]
>>> names(repolis.analyze(".").top("code_lines", 1))
['...']
"""

from __future__ import annotations

from typing import Literal, TypedDict

#: How a file imports another.
Kind = Literal["runtime", "type-only", "dynamic", "re-export", "module"]


class Statement(TypedDict):
    """Where an import stands."""

    line: int
    kind: Kind


# `from` is a word of the language, hence the other way to write a class.
Link = TypedDict("Link", {"from": str, "to": str, "imports": list[Statement]})
Link.__doc__ = "All imports of one file by another."


class Breaking(TypedDict):
    """Links whose removal breaks a cycle; whether there are provably none fewer."""

    links: list[Link]
    imports: int
    exact: bool


class _Cycle(TypedDict):
    number: int
    files: list[str]
    links: int
    shortest: list[Link]


class Cycle(_Cycle, total=False):
    """Files that import each other. ``breaking`` is there when it was asked for."""

    breaking: Breaking


Paths = TypedDict(
    "Paths",
    {
        "from": str,
        "to": str,
        "length": int | None,
        "count": int,
        "paths": list[list[Link]],
        "length_back": int | None,
    },
)
Paths.__doc__ = "The shortest ways from a part to another; ``length`` is None where there is none."


class Reached(TypedDict):
    """A file that was reached by following imports."""

    path: str
    depth: int
    through: str
    imports: list[Statement]


class TreeRow(TypedDict):
    """A line of a tree of imports."""

    path: str
    depth: int
    repeated: bool
    imports: list[Statement]


class _Ranked(TypedDict):
    path: str
    value: int | float


class Ranked(_Ranked, total=False):
    """A row of a ranking; ``name`` and ``line`` are those of a function."""

    name: str
    line: int


OneWay = TypedDict(
    "OneWay", {"from": str, "to": str, "from_files": int, "to_files": int, "imports": int, "links": list[Link]}
)
OneWay.__doc__ = "The imports from one part to another."


class Explained(TypedDict):
    """The imports between two parts."""

    there: OneWay
    back: OneWay


class Affected(TypedDict):
    """A file that a change may reach."""

    path: str
    score: float
    depth: int
    through: str


class Impact(TypedDict):
    """What a change may reach."""

    changed: list[str]
    files: list[Affected]
    tests: list[Affected]


class Community(TypedDict):
    """Files that import each other more than others, and the directory that has most of them."""

    number: int
    files: int
    directory: str
    in_directory: int


class Agreement(TypedDict):
    """How well communities and directories of a depth agree."""

    depth: int
    directories: int
    mutual_information: float
    adjusted_rand: float


class Misplaced(TypedDict):
    """A file with more imports in common with another directory than with its own."""

    path: str
    directory: str
    other: str
    with_own: int
    with_other: int


class Communities(TypedDict):
    """Groups of files, and how far they differ from the directories."""

    modularity: float
    files: int
    communities: list[Community]
    levels: list[Agreement]
    best_depth: int
    misplaced: list[Misplaced]


# `import` is a word of the language.
UnresolvedImport = TypedDict("UnresolvedImport", {"path": str, "line": int, "import": str, "reason": str})
UnresolvedImport.__doc__ = "An import that leads nowhere."


class UnresolvedGroup(TypedDict):
    """Imports that lead nowhere and have something in common."""

    name: str
    imports: list[UnresolvedImport]


class EntryPoint(TypedDict):
    """A file that is started or used from outside."""

    path: str
    entry: str
    language: str
    imports: int


class UnusedFile(TypedDict):
    """A file that nothing imports."""

    path: str
    language: str
    role: str
    code_lines: int
    imports: int


# `from` is a word of the language, hence the other way to write a class.
Unexercised = TypedDict(
    "Unexercised",
    {"from": str, "to": str, "imports": list[Statement], "calls": int, "is_target_seen": bool},
)
Unexercised.__doc__ = "An import that no call was seen to go along; how many were seen in the importing file."

Unexplained = TypedDict(
    "Unexplained",
    {
        "from": str,
        "to": str,
        "caller": str,
        "callee": str,
        "calls": int,
        "errors": int,
        "relation": Literal["callback", "unrelated"],
    },
)
Unexplained.__doc__ = "Calls from a file to another that no chain of imports leads along."


class Observed(TypedDict):
    """What imports and observed calls say of each other."""

    files: int
    calls: int
    imports: int
    unexercised: list[Unexercised]
    unexplained: list[Unexplained]


class Totals(TypedDict):
    """Counts of a whole repository."""

    files: int
    directories: int
    code_lines: int
    functions: int
    imports: int
    packages: int
    unresolved: int
    cycles: int
    files_in_cycles: int
    unused: int


class LanguageSum(TypedDict):
    """The files of a language."""

    language: str
    files: int
    code_lines: int


class DirectorySum(TypedDict):
    """The files of a directory."""

    path: str
    files: int
    code_lines: int


class FileValue(TypedDict):
    """A file and its value."""

    path: str
    value: int


class ComplexFunction(TypedDict):
    """A function and its complexity."""

    path: str
    line: int
    name: str
    complexity: int


class CycleSum(TypedDict):
    """A cycle, its size and one of its files."""

    number: int
    files: int
    path: str


class Package(TypedDict):
    """A package from outside, and how many files import it."""

    package: str
    files: int


class ReadFirst(TypedDict):
    """A file to begin with, and why."""

    path: str
    why: str


class Summary(TypedDict):
    """A repository in a few numbers."""

    totals: Totals
    languages: list[LanguageSum]
    directories: list[DirectorySum]
    largest: list[FileValue]
    most_complex: list[ComplexFunction]
    most_imported: list[FileValue]
    cycles: list[CycleSum]
    packages: list[Package]
    read_first: list[ReadFirst]


class Neighbour(TypedDict):
    """A file at the other end of imports."""

    path: str
    imports: list[Statement]


class External(TypedDict):
    """An import of a package from outside."""

    package: str
    line: int
    kind: Kind


Nowhere = TypedDict("Nowhere", {"import": str, "line": int, "reason": str})
Nowhere.__doc__ = "An import of a file that leads nowhere."


class Function(TypedDict):
    """A function of a file."""

    name: str
    line: int
    end_line: int
    complexity: int
    cognitive_complexity: int
    nesting_depth: int


class Diagnostic(TypedDict):
    """What a parser said of a line."""

    line: int
    message: str


class File(TypedDict):
    """Everything that is known of a file."""

    path: str
    metrics: dict[str, int | float | str]
    imports: list[Neighbour]
    imported_by: list[Neighbour]
    externals: list[External]
    unresolved: list[Nowhere]
    functions: list[Function]
    diagnostics: list[Diagnostic]


class TracedFunction(TypedDict):
    """What a trace saw of a function; ``name`` is empty for the body of a file."""

    path: str
    name: str
    line: int
    calls: int
    errors: int
    self_seconds: float
    total_seconds: float


class TracedCall(TypedDict):
    """What a trace saw of the calls of one function by another."""

    from_path: str
    from_name: str
    to_path: str
    to_name: str
    calls: int
    errors: int


class ColumnInfo(TypedDict):
    """A column of a table; ``unit`` and ``description`` are empty where there is none."""

    name: str
    type: Literal["int", "float", "str"]
    unit: str
    description: str
