"""The ways into `Participants` from raw data; the importing itself loads when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pairwise.importing import Scale
    from pairwise.importing.csvfile import CsvSource
    from pairwise.importing.spec import NamedColumns, VectorColumns
    from pairwise.participants.population import Participants


class Importable:
    """Class methods that read participants from files, frames and records."""

    __slots__ = ()

    @classmethod
    def from_csv(
        cls,
        source: CsvSource,
        *,
        id: str | None = None,  # noqa: A002
        offers: VectorColumns | None = None,
        seeks: VectorColumns | None = None,
        interests: VectorColumns | None = None,
        values: VectorColumns | None = None,
        vectors: Mapping[str, VectorColumns] | None = None,
        categories: NamedColumns = (),
        numbers: NamedColumns = (),
        slots: VectorColumns | Mapping[str, VectorColumns] | None = None,
        preferences: str | Sequence[str] | None = None,
        monitoring: NamedColumns = (),
        options: Mapping[str, Sequence[str]] | None = None,
        scales: Mapping[str, Scale] | None = None,
        separators: Mapping[str, str] | None = None,
        missing: Iterable[str] | None = None,
        on_duplicate: str = "error",
        delimiter: str | None = None,
        encoding: str | None = None,
    ) -> Participants:
        r"""Return the people in a CSV file; `.report` says what was read, dropped and inferred.

        Parameters
        ----------
        source : path, bytes or file object
            UTF-8, UTF-16 with a mark, Windows-1252 or Latin-1; one header row. "Row 5" in
            messages is row 5 of the spreadsheet: the header is row 1.
        id : str, optional
            Column of the ids, trimmed, unique, not blank. Absent: people are numbered from 1.
        offers, seeks, interests, values : str, sequence of str, Levels or Ranked, optional
            One multi-select column (or the stem of a survey grid "stem [row]"); or several
            columns of levels (numbers or Likert labels); or `Ranked` choice columns. Offers and
            seeks meet by option or column label, regardless of case.
        vectors : mapping of str to the same, optional
            Further vector features by name.
        categories, numbers, monitoring : sequence of str, or mapping of str to str, optional
            Columns, or feature names to columns. Monitoring is for reports alone.
        slots : str, sequence of str, Levels, or mapping of str to these, optional
            One multi-select column of free slots, or one column of 0/1 (no/yes) per slot.
        preferences : str or sequence of str, optional
            A column of the ids that somebody asks for, best first; or one column per rank.
        options : mapping of str to sequence of str, optional
            Feature to its options, which may contain separators; the longest that matches is
            read, anything else is left out and reported. Absent: taken from the answers.
        scales : mapping of str to (low, high) or sequence of str, optional
            Feature to the ends of its scale, or its labels from low to high (levels 1, 2, ...).
            For a multi-select column: the levels of no tick and tick. Absent: see
            `VectorFeature`, or the usual English scale that all labels belong to.
        separators : mapping of str to str, optional
            Feature to what parts the options in its cells. Absent: line break, ; or | before
            the comma, cell by cell.
        missing : iterable of str, optional
            Texts that mean no answer, in any case; `pairwise.importing.MISSING` when absent. A
            blank cell always does.
        on_duplicate : {"error", "last"}
            Refuse ids that occur again, or keep the last row of each.
        delimiter : str, optional
            What parts columns; found among , ; tab | when absent.
        encoding : str, optional
            Found when absent.

        Raises
        ------
        InvalidInput
            The file, a column or a cell cannot be read: names rows, column, rule and way out,
            never an answer.

        Notes
        -----
        Cost O(size of the file). Labels and inferred options are sorted, so the order of rows
        changes nothing but the order of people.

        Examples
        --------
        >>> from io import StringIO
        >>> from pairwise import Participants
        >>> file = StringIO("email,Helps,Wants,calm\nann,SQL;R,Python,4\nbob,Python,SQL,n/a\n")
        >>> people = Participants.from_csv(
        ...     file, id="email", offers="Helps", seeks="Wants", values=["calm"]
        ... )
        >>> people.vector("offers").columns
        ('Python', 'R', 'SQL')
        >>> people.vector("offers").values
        array([[0., 1., 1.],
               [1., 0., 0.]])
        >>> print(people.report["calm"].notes[0])
        read as no answer: "n/a" (1)
        """
        from pairwise.importing import Columns, Settings, import_csv

        columns = Columns(
            id,
            offers,
            seeks,
            interests,
            values,
            vectors,
            categories,
            numbers,
            slots,
            preferences,
            monitoring,
        )
        settings = Settings.of(options, scales, separators, missing, on_duplicate)
        return import_csv(source, columns, settings, delimiter=delimiter, encoding=encoding)

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        id: str | None = None,  # noqa: A002
        offers: VectorColumns | None = None,
        seeks: VectorColumns | None = None,
        interests: VectorColumns | None = None,
        values: VectorColumns | None = None,
        vectors: Mapping[str, VectorColumns] | None = None,
        categories: NamedColumns = (),
        numbers: NamedColumns = (),
        slots: VectorColumns | Mapping[str, VectorColumns] | None = None,
        preferences: str | Sequence[str] | None = None,
        monitoring: NamedColumns = (),
        options: Mapping[str, Sequence[str]] | None = None,
        scales: Mapping[str, Scale] | None = None,
        separators: Mapping[str, str] | None = None,
        missing: Iterable[str] | None = None,
        on_duplicate: str = "error",
    ) -> Participants:
        """Return the people in a pandas, polars, pyarrow or other eager frame.

        The keywords are those of `from_csv`; cells may also be typed numbers, lists of options
        or ids, and mappings (structs) of labels to levels. "Position 3" in messages counts
        from 0.

        Parameters
        ----------
        frame : object
            A frame that narwhals understands. An index is not read: make it a column.
        id, offers, seeks, interests, values, vectors, categories, numbers, slots, preferences
            See `from_csv`.
        monitoring, options, scales, separators, missing, on_duplicate
            See `from_csv`.

        Raises
        ------
        InvalidInput
            The frame, a column or a cell cannot be read.

        Notes
        -----
        Cost O(cells of the columns asked for).

        Examples
        --------
        >>> import polars as pl
        >>> from pairwise import Participants
        >>> frame = pl.DataFrame({"who": ["ann", "bob"], "calm": [4, None], "cars": [1, 5]})
        >>> people = Participants.from_frame(frame, id="who", values=["calm", "cars"])
        >>> people.vector("values").values
        array([[ 4.,  1.],
               [nan,  5.]])
        """
        from pairwise.importing import Columns, Settings, import_frame

        columns = Columns(
            id,
            offers,
            seeks,
            interests,
            values,
            vectors,
            categories,
            numbers,
            slots,
            preferences,
            monitoring,
        )
        settings = Settings.of(options, scales, separators, missing, on_duplicate)
        return import_frame(frame, columns, settings)

    @classmethod
    def from_records(
        cls,
        records: Iterable[Mapping[str, object]],
        *,
        id: str | None = None,  # noqa: A002
        offers: VectorColumns | None = None,
        seeks: VectorColumns | None = None,
        interests: VectorColumns | None = None,
        values: VectorColumns | None = None,
        vectors: Mapping[str, VectorColumns] | None = None,
        categories: NamedColumns = (),
        numbers: NamedColumns = (),
        slots: VectorColumns | Mapping[str, VectorColumns] | None = None,
        preferences: str | Sequence[str] | None = None,
        monitoring: NamedColumns = (),
        options: Mapping[str, Sequence[str]] | None = None,
        scales: Mapping[str, Scale] | None = None,
        separators: Mapping[str, str] | None = None,
        missing: Iterable[str] | None = None,
        on_duplicate: str = "error",
    ) -> Participants:
        """Return the people in records: one mapping of column names to cells per person.

        The keywords are those of `from_csv`; cells may also be typed numbers, lists of options
        or ids, and mappings of labels to levels, where a label not named is level 0. A missing
        key is an unknown answer. "Record 3" in messages counts from 0.

        Parameters
        ----------
        records : iterable of mapping
            Such as rows of a JSON file or a database cursor.
        id, offers, seeks, interests, values, vectors, categories, numbers, slots, preferences
            See `from_csv`.
        monitoring, options, scales, separators, missing, on_duplicate
            See `from_csv`.

        Raises
        ------
        InvalidInput
            A record, a column or a cell cannot be read.

        Notes
        -----
        Cost O(cells of the columns asked for).

        Examples
        --------
        >>> from pairwise import Participants
        >>> people = Participants.from_records(
        ...     [
        ...         {"who": "ann", "helps": {"Python": 3}, "wants": ["SQL"]},
        ...         {"who": "bob", "helps": {"SQL": 2}},
        ...     ],
        ...     id="who",
        ...     offers="helps",
        ...     seeks="wants",
        ... )
        >>> people.vector("offers").values
        array([[3., 0.],
               [0., 2.]])
        >>> people.vector("seeks").values
        array([[ 0.,  3.],
               [nan, nan]])
        """
        from pairwise.importing import Columns, Settings, import_records

        columns = Columns(
            id,
            offers,
            seeks,
            interests,
            values,
            vectors,
            categories,
            numbers,
            slots,
            preferences,
            monitoring,
        )
        settings = Settings.of(options, scales, separators, missing, on_duplicate)
        return import_records(records, columns, settings)
