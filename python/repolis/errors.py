"""Errors of Repolis. All of them are a :class:`repolis.Error`."""

from __future__ import annotations


class Error(Exception):
    """Something that Repolis cannot do, and why. The message names the file and what to do.

    Examples
    --------
    >>> try:
    ...     repolis.analyze("no/such/folder")
    ... except repolis.Error as error:
    ...     print(error)
    no/such/folder: ...
    """


class _Unknown(Error, KeyError):
    def __init__(self, message: str, name: str, nearest: list[str]) -> None:
        super().__init__(message)
        self.name = name
        self.nearest = nearest

    # That of KeyError has quotation marks around the message.
    __str__ = Exception.__str__

    def __reduce__(self) -> tuple[type[_Unknown], tuple[str, str, list[str]]]:
        return type(self), (str(self), self.name, self.nearest)


class UnknownPath(_Unknown):
    """No file or directory of the repository has this path, or matches this glob.

    Attributes
    ----------
    name : str
        The path or glob as given.
    nearest : list of str
        The paths most like it, best first.

    Examples
    --------
    >>> try:
    ...     repo.file("shop/cort.py")
    ... except repolis.UnknownPath as error:
    ...     print(error.nearest[0])
    shop/cart.py
    """


class UnknownMetric(_Unknown):
    """No metric has this name.

    Attributes
    ----------
    name : str
        The name as given.
    nearest : list of str
        The names most like it, best first.

    Examples
    --------
    >>> try:
    ...     repo.top("complexty")
    ... except repolis.UnknownMetric as error:
    ...     print(error.nearest[0])
    complexity
    """
