"""History: what has happened, append-only."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

from pairwise.errors import InvalidInput, did_you_mean, listed, quoted
from pairwise.history import serial, standing
from pairwise.history.cells import read_date
from pairwise.history.joining import Joiner
from pairwise.history.log import NOT_HELD, PairLog, pair_log
from pairwise.history.records import CheckIn, Placements, Round
from pairwise.history.rounds import checked_round
from pairwise.importing.table import Refused
from pairwise.participants import Participants
from pairwise.terms import PastMeetings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike

    import numpy.typing as npt
    import pandas as pd

    from pairwise.history.joining import Source
    from pairwise.history.report import MergeReport
    from pairwise.history.rounds import Grouped
    from pairwise.participants import Id


class Met(NamedTuple):
    """How often two people met, and in which round last (None: never)."""

    times: int
    last_round: int | None


class History:
    """Rounds and check-ins, in the order in which they came; immutable and append-only.

    Every step returns a new history that shares the old records: `with_round` adds who is to
    meet whom, `with_checkins` what people say. Nothing that was recorded changes; a later
    answer of the same person about the same meeting counts where it says something, and the
    earlier one stays in `checkins`.

    Attributes
    ----------
    rounds : tuple of Round
    checkins : tuple of CheckIn
        All answers, as they joined.
    ids : tuple of ids
        Everybody who took part in a round, in order of appearance.
    report : MergeReport or None
        What the last step joined and what it did not; not part of the value.

    Notes
    -----
    Ids are compared as texts, so that 7 in one file is "7" in another; the first form stays.
    Two who were put together count as having met unless one says that they did not and the
    other does not say that they did.

    Examples
    --------
    >>> import pairwise as pw
    >>> history = pw.History().with_round([("ann", "bob"), ("cy", "di")], date="2026-01-15")
    >>> said = [{"who": "ann", "rating": 5}, {"who": "cy", "met": "no"}, {"who": "eve"}]
    >>> history = history.with_checkins(said)
    >>> print(history.report)
    the records: 3 rows read, 2 joined, 1 left out
    - record 2 left out: nobody called "eve" took part in a round
    >>> history.met("ann", "bob"), history.met("cy", "di").times
    (Met(times=1, last_round=1), 0)
    >>> history
    History(1 round, 4 people, 2 check-ins)
    """

    rounds: tuple[Round, ...]
    checkins: tuple[CheckIn, ...]
    report: MergeReport | None

    def __init__(self) -> None:
        self._fill((), (), {}, None)

    def _fill(
        self,
        rounds: tuple[Round, ...],
        checkins: tuple[CheckIn, ...],
        known: Mapping[str, Id],
        report: MergeReport | None,
    ) -> History:
        self.__dict__.update(rounds=rounds, checkins=checkins, _known=known, report=report)
        return self

    _known: Mapping[str, Id]

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: histories are frozen."""
        raise AttributeError(f"a History is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse: histories are frozen."""
        raise AttributeError(f"a History is frozen: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        return self.rounds == other.rounds and self.checkins == other.checkins

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.rounds, self.checkins))

    def __repr__(self) -> str:
        counts = (len(self.rounds), "round"), (len(self.checkins), "check-in")
        rounds, said = (f"{k:,} {what}" + ("" if k == 1 else "s") for k, what in counts)
        people = "1 person" if len(self.ids) == 1 else f"{len(self.ids):,} people"
        return f"History({rounds}, {people}, {said})"

    def with_round(
        self,
        groups: Grouped | Iterable[Iterable[Id]],
        *,
        waiting: Iterable[Id] = (),
        date: dt.date | str | None = None,
    ) -> History:
        """Return the history with one more round.

        Parameters
        ----------
        groups : Plan, or iterable of iterables of ids
            Who is to meet whom, two or more in a group. A plan brings its unmatched people.
        waiting : iterable of ids
            Who takes part and is left out.
        date : date or str, optional
            When, as ``2026-01-15``.

        Raises
        ------
        InvalidInput
            A group of fewer than two or given twice, somebody twice in a group or both placed
            and waiting, what is no id, or no date.

        Examples
        --------
        >>> import pairwise as pw
        >>> people = pw.Participants(["ann", "bob", "cy"], interests=[[1, 0], [1, 0], [0, 1]])
        >>> plan = pw.pair(people, pw.Similarity("interests"), leftover="bye")
        >>> pw.History().with_round(plan, date="2026-01-15").rounds[0].waiting
        ('cy',)
        """
        number = len(self.rounds) + 1
        held, known, report = checked_round(number, groups, waiting, date, self._known)
        return History()._fill((*self.rounds, held), self.checkins, known, report)

    def with_checkins(
        self,
        source: Source,
        *,
        columns: Mapping[str, str] | None = None,
    ) -> History:
        """Return the history with further answers, joined to rounds by id.

        Parameters
        ----------
        source : iterable of CheckIn or mapping, data frame, or path of a CSV file
            A row per answer, with the fields of `CheckIn`; only ``who`` must be there. Without
            ``round`` an answer is about the last round that the two were in together; without
            ``partner`` about the group of the one who answers.
        columns : mapping of str to str, optional
            What the source calls a field: ``{"who": "Your email", "rating": "How was it?"}``.

        Returns
        -------
        History
            Its `report` accounts for every row: joined, repeated, or left out with the reason.
            A cell that breaks its rule is left out alone, so that the rest of what somebody
            says is not lost.

        Raises
        ------
        InvalidInput
            The source is no table, lacks a column that is named, or has none for ``who``.

        Examples
        --------
        >>> import pairwise as pw
        >>> history = pw.History().with_round([("ann", "bob")])
        >>> said = [{"who": "ann", "rating": 9, "not_again": "yes"}]
        >>> history = history.with_checkins(said)
        >>> print(history.report)
        the records: 1 row read, 1 joined, 1 cell left out
        - record 0: rating = 9 left out: must be a number from 1 to 5
        >>> history.forbidden
        (('ann', 'bob'),)
        """
        joiner = Joiner(len(self.rounds), self.placements, self._known, self.checkins)
        report = joiner.read(source, columns or {})
        return History()._fill(self.rounds, (*self.checkins, *joiner.joined), self._known, report)

    @cached_property
    def ids(self) -> tuple[Id, ...]:
        """Everybody who took part in a round, in order of appearance."""
        return tuple(self._known.values())

    @cached_property
    def answers(self) -> tuple[CheckIn, ...]:
        """What holds: one answer per person, partner and round, later ones counted in."""
        merged: dict[tuple[Id, Id | None, int | None], CheckIn] = {}
        for said in self.checkins:
            key = said.who, said.partner, said.round
            merged[key] = merged[key].updated(said) if key in merged else said
        return tuple(merged.values())

    @cached_property
    def log(self) -> PairLog:
        """Every two people who shared a group, as arrays over `ids`."""
        return pair_log(self.rounds, self.answers, self.placements, self._position)

    @cached_property
    def placements(self) -> Placements:
        """Where everybody was in every round."""
        return Placements(self.rounds)

    @cached_property
    def _position(self) -> Mapping[Id, int]:
        return {who: k for k, who in enumerate(self.ids)}

    def met(self, i: Id, j: Id) -> Met:
        """Return how often two people met, and in which round last.

        Raises
        ------
        InvalidInput
            One of them never took part in a round; names the nearest id.
        """
        a, b = sorted((self._position_of(i), self._position_of(j)))
        log = self.log
        both = (log.first == a) & (log.second == b) & (log.held != NOT_HELD)
        rounds = log.round[both]
        return Met(len(rounds), int(rounds[-1]) if len(rounds) else None)

    def meetings(self, ids: Participants | Sequence[Id]) -> PastMeetings:
        """Return every meeting among these people, by position in `ids`.

        Parameters
        ----------
        ids : Participants or sequence of ids
            Meetings with people who are not among them are left out.

        Returns
        -------
        PastMeetings
            ``i < j`` and rounds held since, each of shape (m,).

        Raises
        ------
        InvalidInput
            The history knows none of them: the ids must be of another kind.
        """
        place = self._places(ids)
        held = self.log.held != NOT_HELD
        i, j = place[self.log.first], place[self.log.second]
        here = held & (i >= 0) & (j >= 0)
        low, high = np.minimum(i, j)[here], np.maximum(i, j)[here]
        return PastMeetings(low, high, len(self.rounds) - self.log.round[here])

    @cached_property
    def forbidden(self) -> tuple[tuple[Id, Id], ...]:
        """Pairs of whom one said "not again", by id; for `Forbid` or `NoRepeat`."""
        said = standing.latest(self.answers, "not_again")
        pairs = [
            tuple(sorted((answer.who, other), key=str))
            for answer in said
            if answer.not_again
            for other in self.placements.partners(answer)
        ]
        return tuple((a, b) for a, b in dict.fromkeys(pairs))

    def not_again(
        self, ids: Participants | Sequence[Id]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return the forbidden pairs among these people, by position in `ids`."""
        place = self._places(ids)
        ends = np.array(
            [[self._position[a], self._position[b]] for a, b in self.forbidden], np.intp
        )
        i, j = place[ends.reshape(-1, 2)].T
        here = (i >= 0) & (j >= 0)
        return i[here], j[here]

    def byes(self, people: Participants | Iterable[Id]) -> npt.NDArray[np.int64]:
        """Return in how many rounds each person took part and was left out, shape (n,)."""
        return standing.byes(self.rounds, self._known, _ids(people))

    def waiting(self, people: Participants | Iterable[Id]) -> npt.NDArray[np.int64]:
        """Return how many rounds each person has been left out in a row, shape (n,).

        Rounds in which somebody took no part neither count nor end the wait; a newcomer has
        waited 0 rounds.
        """
        return standing.waits(self.rounds, self._known, _ids(people))

    def priority(self, people: Participants | Iterable[Id]) -> dict[Id, int]:
        """Return ``byes + waiting`` by id, for ``priority=``: whose turn it is; higher is first.

        Examples
        --------
        >>> import pairwise as pw
        >>> history = pw.History().with_round([("ann", "bob")], waiting=["cy"])
        >>> history.priority(["ann", "bob", "cy", "new"])
        {'ann': 0, 'bob': 0, 'cy': 2, 'new': 0}
        """
        ids = _ids(people)
        turns = self.byes(ids) + self.waiting(ids)
        return dict(zip(ids, turns.tolist(), strict=True))

    def active(
        self, people: Participants | Iterable[Id], on: dt.date | str | None = None
    ) -> npt.NDArray[np.bool_]:
        """Return who is neither paused nor disengaged, shape (n,); for ``people.take``.

        Parameters
        ----------
        people : Participants or iterable of ids
            Whoever the history does not know is active.
        on : date or str, optional
            The day; the latest date in the history when absent.

        Examples
        --------
        >>> import pairwise as pw
        >>> history = pw.History().with_round([("ann", "bob")], date="2026-01-15")
        >>> history = history.with_checkins([{"who": "bob", "paused_until": "2026-03-01"}])
        >>> history.active(["ann", "bob"], on="2026-02-01")
        array([ True, False])
        >>> history.active(["ann", "bob"], on="2026-03-01")
        array([ True,  True])
        """
        away = {str(who) for who in (*self.paused(on), *self.disengaged(on))}
        return np.array([str(who) not in away for who in _ids(people)], dtype=np.bool_)

    def paused(self, on: dt.date | str | None = None) -> tuple[Id, ...]:
        """Return who takes no part on a day because of a pause; see `active`."""
        return standing.paused(self.rounds, self.checkins, self._day(on))

    def disengaged(self, on: dt.date | str | None = None) -> tuple[Id, ...]:
        """Return who has left by a day and has not said to be back; see `active`."""
        return standing.disengaged(self.rounds, self.checkins, self._day(on))

    def strangers(self, people: Participants | Iterable[Id]) -> tuple[Id, ...]:
        """Return those of these people whom the history does not know: newcomers, or typos."""
        return tuple(who for who in _ids(people) if str(who) not in self._known)

    def to_frame(self) -> pd.DataFrame:
        """Return all check-ins as a pandas table, one row an answer."""
        return serial.to_frame(self)

    def to_json(self) -> str:
        """Return everything as JSON; `from_json` gives back an equal history."""
        return serial.to_json(self)

    def to_csv(self) -> str:
        """Return everything as one CSV table; `from_csv` gives back an equal history."""
        return serial.to_csv(self)

    @classmethod
    def from_json(cls, text: str) -> History:
        """Read what `to_json` wrote.

        Raises
        ------
        InvalidInput
            The text is no history, or a record breaks a rule.
        """
        return serial.from_json(text, cls())

    @classmethod
    def from_csv(cls, text: str) -> History:
        """Read what `to_csv` wrote; parameters and errors as in `from_json`."""
        return serial.from_csv(text, cls())

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything as ``.json`` or ``.csv``, all or nothing.

        Raises
        ------
        InvalidInput
            The name ends in neither.
        """
        serial.save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> History:
        """Read a file that `save` wrote; it equals the history that was saved."""
        return serial.load(path, cls())

    def _day(self, on: dt.date | str | None) -> dt.date | None:
        day = read_date(on)
        if isinstance(day, Refused):
            raise InvalidInput(f"on = {on!r}: {day.rule}")
        return day or standing.last_day(self.rounds, self.checkins)

    def _position_of(self, who: Id) -> int:
        if str(who) not in self._known:
            near = did_you_mean(who, self._known)
            raise InvalidInput(f"nobody called {quoted(who)} took part in a round{near}")
        return self._position[self._known[str(who)]]

    def _places(self, people: Participants | Sequence[Id]) -> npt.NDArray[np.intp]:
        """Return where each id of the history stands among `people`, -1 when absent."""
        ids = _ids(people)
        at = {str(who): k for k, who in enumerate(ids)}
        place = np.array([at.get(text, -1) for text in self._known], dtype=np.intp)
        if len(ids) and len(place) and place.max() < 0:
            raise InvalidInput(
                f"the history of {len(place):,} people knows none of these {len(ids):,}: it has"
                f" {listed(self.ids, most=2)}, these are {listed(ids, most=2)}; use the same ids"
            )
        return place


def _ids(people: Participants | Iterable[Id]) -> tuple[Id, ...]:
    if isinstance(people, str):
        raise InvalidInput(f"people = {quoted(people)}: must be ids, not one text")
    return people.ids if isinstance(people, Participants) else tuple(people)
