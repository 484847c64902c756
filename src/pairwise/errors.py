"""Everything that `pairwise` raises, and the helpers that word it.

All errors are `ValueError`: they are raised for misuse or for a false claim. An outcome
that a solver can reach (nobody allowed, time over) is a status, not an error.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

__all__ = ["InfeasibleError", "InvalidInput", "PairwiseError", "VerificationError", "did_you_mean"]

_MOST_COMPARED = 5_000
_LONGEST_QUOTE = 60


class PairwiseError(ValueError):
    """Base of every error of this library.

    Examples
    --------
    >>> issubclass(PairwiseError, ValueError)
    True
    """


class InvalidInput(PairwiseError):  # noqa: N818
    """An argument or a piece of data breaks a rule.

    The message names the argument or the place in the data, the rule and the way out.

    Examples
    --------
    >>> raise InvalidInput("size = 1: must be >= 2")
    Traceback (most recent call last):
    ...
    pairwise.errors.InvalidInput: size = 1: must be >= 2
    """


class InfeasibleError(PairwiseError):
    """The rules contradict each other, so no plan can exist.

    Parameters
    ----------
    conflicts : iterable of str
        One sentence per contradiction: who, which rules, what to relax.

    Attributes
    ----------
    conflicts : tuple of str
        The sentences, in the order given.

    Examples
    --------
    >>> error = InfeasibleError(["ann and bob are required and forbidden; drop one of the rules"])
    >>> error.conflicts
    ('ann and bob are required and forbidden; drop one of the rules',)
    >>> print(error)
    no plan can meet the rules: ann and bob are required and forbidden; drop one of the rules
    """

    def __init__(self, conflicts: Iterable[str]) -> None:
        self.conflicts: tuple[str, ...] = tuple(conflicts)
        super().__init__("no plan can meet the rules: " + "; ".join(self.conflicts))

    def __reduce__(self) -> tuple[type[InfeasibleError], tuple[tuple[str, ...]]]:
        return type(self), (self.conflicts,)


class VerificationError(PairwiseError):
    """A plan or a certificate claims something that is false.

    Examples
    --------
    >>> raise VerificationError("value 3.2 is above the bound 3.1")
    Traceback (most recent call last):
    ...
    pairwise.errors.VerificationError: value 3.2 is above the bound 3.1
    """


def quoted(name: object) -> str:
    """Return `name` as it appears in messages: text in double quotes, cut when long.

    Parameters
    ----------
    name : object
        A name, an id or a token.

    Examples
    --------
    >>> quoted("ann"), quoted(7)
    ('"ann"', '7')
    """
    text = str(name)
    short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return f'"{short}"' if isinstance(name, str) else short


def listed(items: Sequence[object], most: int = 5) -> str:
    """Return the items as an English list, at most `most` of them by name.

    Parameters
    ----------
    items : sequence
        Ids, names or row numbers.
    most : int
        How many are named before the rest is counted.

    Examples
    --------
    >>> listed(["ann", "bob"]), listed([2, 5, 9, 11], most=2)
    ('"ann" and "bob"', '2, 5 and 2 more')
    """
    named = [quoted(item) for item in items[:most]]
    rest = len(items) - len(named)
    if rest:
        return f"{', '.join(named)} and {rest:,} more"
    return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))


def did_you_mean(name: object, options: Iterable[Hashable]) -> str:
    """Return '; did you mean "x"?' for the option closest to `name`, or ''.

    Parameters
    ----------
    name : object
        What was asked for.
    options : iterable
        What exists. The first 5,000 of similar length are compared.

    Returns
    -------
    str
        A clause to append to a message; empty when nothing is close.

    Examples
    --------
    >>> did_you_mean("departmnt", ["department", "site"])
    '; did you mean "department"?'
    >>> did_you_mean("colour", ["department", "site"])
    ''
    """
    wanted = str(name).strip().casefold()
    originals: dict[str, Hashable] = {}
    for option in options:
        folded = str(option).casefold()
        if abs(len(folded) - len(wanted)) <= max(3, len(wanted) // 2):
            originals.setdefault(folded, option)
        if len(originals) == _MOST_COMPARED:
            break
    if wanted in originals:
        return f"; did you mean {quoted(originals[wanted])}?"
    close = difflib.get_close_matches(wanted, originals, n=1, cutoff=0.6)
    return f"; did you mean {quoted(originals[close[0]])}?" if close else ""
