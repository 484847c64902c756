"""Participants: checked once, frozen, and what is unknown stays unknown."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairwise import (
    CategoryFeature,
    InvalidInput,
    Participants,
    PreferenceFeature,
    SlotFeature,
    VectorFeature,
)
from populations import Survey, contents, same, surveys

NAN = float("nan")


@pytest.fixture
def people() -> Participants:
    """Four people with every kind of feature."""
    return Participants(
        ["ann", "bob", "cy", "di"],
        offers=[[1, 0], [0, 1], [1, 1], [NAN, NAN]],
        seeks=[[0, 1], [1, 0], [0, 0], [1, 1]],
        values=VectorFeature([[1], [5], [NAN], [3]], ["calm"], 1, 5),
        categories={"site": ["Oslo", None, "Bonn", "Oslo"]},
        numbers={"grade": [3, NAN, 1, 2]},
        slots=[[True, False], [True, True], [False, False], [True, True]],
        preferences={"ann": ["di", "bob"], "cy": []},
        monitoring={"gender": ["f", "m", None, "f"]},
    )


def test_ids_are_trimmed() -> None:
    """Space and invisible marks around an id are no part of it; numpy integers are ints."""
    people = Participants([" ann ", "\ufeffbob", "cy\u200b", np.int64(7)])
    assert people.ids == ("ann", "bob", "cy", 7)
    assert type(people.ids[3]) is int


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["ann", " "], "positions 1: must not be blank"),
        (["ann", None], "positions 1: must be text or whole numbers"),
        (["ann", 1.5], "positions 1: must be text or whole numbers"),
        (["ann", True], "positions 1: must be text or whole numbers"),
        (["ann", "b\nb"], "positions 1: must not hold line breaks"),
        (["ann", "bob", "ann "], 'unique: "ann" at positions 2'),
        ([1, "1"], 'unique: "1" at positions 1'),
        ("ann", "must be a sequence of ids, not one text"),
    ],
)
def test_bad_ids_are_refused(ids: object, message: str) -> None:
    """Blank, repeated, unreadable and half-numeric ids are named with their positions."""
    with pytest.raises(InvalidInput, match=message):
        Participants(ids)


def test_index_names_the_closest_id(people: Participants) -> None:
    """Positions come from ids; a wrong id is an error that suggests one."""
    assert people.index("cy") == 2
    assert people.indices(["di", "ann"]).tolist() == [3, 0]
    with pytest.raises(InvalidInput, match='no participant "Ann"; did you mean "ann"'):
        people.index("Ann")
    with pytest.raises(InvalidInput, match="not one text"):
        people.indices("ann")


def test_index_tells_text_from_number() -> None:
    """The number 7 and the text "7" are not the same id, and the message says which exists."""
    with pytest.raises(InvalidInput, match=r'"7" \(text\); did you mean 7 \(a number\)'):
        Participants([7, 8]).index("7")
    with pytest.raises(InvalidInput, match=r'7 \(a number\); did you mean "7" \(text\)'):
        Participants(["7", "8"]).index(7)


def test_unknown_stays_unknown(people: Participants) -> None:
    """A missing answer is NaN or -1, never zero and never a label."""
    assert np.isnan(people.vector("offers").values[3]).all()
    assert np.isnan(people.vector("offers").levels[3]).all()
    assert people.category("site").codes.tolist() == [1, -1, 0, 1]
    assert people.category("site").labels == ("Bonn", "Oslo")
    assert np.isnan(people.number("grade")[1])
    assert people.preference().known.tolist() == [True, False, True, False]
    assert people._monitoring("gender").codes.tolist() == [0, 1, -1, 0]


@pytest.mark.parametrize("missing", [None, NAN, "", "  ", pd.NA, pd.NaT, np.float64("nan")])
def test_every_way_to_miss_a_category(missing: object) -> None:
    """None, NaN, NA and blank text all mean unknown."""
    assert CategoryFeature.of(["Oslo", missing]).codes.tolist() == [0, -1]


def test_category_labels_do_not_depend_on_order() -> None:
    """Labels are sorted, trimmed text."""
    assert CategoryFeature.of(["b", " a", 3, 3.0]).labels == ("3", "a", "b")


def test_nothing_can_be_changed(people: Participants) -> None:
    """Arrays are read-only, attributes cannot be set or deleted."""
    arrays = [
        people.vector("offers").values,
        people.category("site").codes,
        people.number("grade"),
        people.slot().values,
        people.preference().asked[0],
        people.preference().known,
    ]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError, match="frozen"):
        people.ids = ()
    with pytest.raises(AttributeError, match="frozen"):
        del people.ids
    with pytest.raises(AttributeError, match="frozen"):
        people.vector("offers").low = 3


def test_the_callers_arrays_stay_theirs() -> None:
    """An array handed in is copied: it stays writeable, and writing changes nobody."""
    offers, grade = np.ones((2, 1)), np.ones(2)
    people = Participants(["ann", "bob"], offers=offers, numbers={"grade": grade})
    offers[0], grade[0] = 0, 9
    assert people.vector("offers").values[0] == 1
    assert people.number("grade")[0] == 1


def test_pickling_keeps_everything(people: Participants) -> None:
    """Participants travel to other processes whole and still read-only."""
    again = pickle.loads(pickle.dumps(people))
    assert same(again, people)
    assert not again.vector("offers").values.flags.writeable


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([[0, 1], [1, 0]], 0, 1),
        ([[0.2, 0.9]], 0, 1),
        ([[1, 1]], 0, 1),
        ([[1, 5], [3, NAN]], 1, 5),
        ([[2, 4]], 1, 4),
        ([[0, 3]], 0, 3),
        ([[1.5, 2]], 0, 2),
        ([[-2, 2]], -2, 2),
        ([[NAN, NAN]], 0, 1),
        ([[-1, -0.5]], -1, 0),
    ],
)
def test_scale_is_inferred_as_documented(
    values: list[list[float]], low: float, high: float
) -> None:
    """The ends of the scale follow the rule in the docstring."""
    feature = VectorFeature(values)
    assert (feature.low, feature.high) == (low, high)


def test_offers_and_seeks_share_one_scale() -> None:
    """Plain arrays are read on the scale that fits both, or on that of the other."""
    people = Participants(["ann"], offers=[[0, 3]], seeks=[[1, 2]])
    assert people.vector("offers").high == people.vector("seeks").high == 3
    given = VectorFeature([[1, 5]], ["a", "b"], 1, 5)
    people = Participants(["ann"], offers=given, seeks=[[2, 2]])
    assert people.vector("seeks").columns == ("a", "b")
    assert people.vector("seeks").levels.tolist() == [[1, 1]]


@pytest.mark.parametrize(
    ("offers", "seeks", "message"),
    [
        ([[1, 0]], [[1]], "same columns"),
        (VectorFeature([[1]], ["a"]), VectorFeature([[1]], ["b"]), 'only one has "a" and "b"'),
        (VectorFeature([[1, 0]], ["a", "b"]), VectorFeature([[1, 0]], ["b", "a"]), "order differs"),
        (VectorFeature([[1]], low=0, high=1), VectorFeature([[1]], low=0, high=5), "same scale"),
    ],
)
def test_offers_and_seeks_must_meet(offers: object, seeks: object, message: str) -> None:
    """Columns and scale of offers and seeks must be the same."""
    with pytest.raises(InvalidInput, match=message):
        Participants(["ann"], offers=offers, seeks=seeks)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({"offers": [1, 0]}, r"offers has shape \(2,\): must be \(n, d\)"),
        ({"offers": np.empty((2, 0))}, "offers has no columns"),
        ({"offers": [["x"], ["y"]]}, "offers: must be an .* array of numbers"),
        ({"offers": [[np.inf], [0]]}, "offers at positions 0: infinite; use NaN"),
        ({"offers": [[1]]}, "offers has 1 rows for 2 ids"),
        ({"vectors": {"taste": [[1]]}}, "taste has 1 rows for 2 ids"),
        ({"vectors": [[1], [1]]}, "vectors: must be a mapping"),
        ({"offers": [[1], [1]], "vectors": {"offers": [[1], [1]]}}, "given twice"),
        ({"categories": {"site": ["a"]}}, "site has 1 rows for 2 ids"),
        ({"categories": {"site": "ab"}}, "must hold one label per person"),
        ({"categories": {"site": [["a"], ["b"]]}}, "one label per person"),
        ({"numbers": {"grade": [[1], [2]]}}, r'number "grade" has shape \(2, 1\)'),
        ({"numbers": {"grade": [1, np.inf]}}, 'number "grade" at positions 1: infinite'),
        ({"numbers": {" ": [1, 2]}}, "must not be blank"),
        ({"slots": [[1, NAN], [0, 1]]}, "slots at positions 0: some slots are NaN"),
        ({"slots": [[2], [1]]}, "must be 0, 1 or unknown"),
        ({"slots": {"am": [[1]]}}, "am has 1 rows"),
        ({"preferences": {"bbo": ["ann"]}}, 'no participant "bbo"; did you mean "bob"'),
        ({"preferences": {"ann": ["bbo"]}}, 'no participant "bbo"; did you mean "bob"'),
        ({"preferences": {"ann": "bob"}}, "must be a list of ids, not one text"),
        ({"preferences": {"ann": ["ann"]}}, "nobody can ask for themselves"),
        ({"preferences": {"ann": ["bob", "bob"]}}, "asked for twice"),
        ({"categories": {"grade": ["a", "b"]}, "numbers": {"grade": [1, 2]}}, "rename one"),
        ({"categories": {"sex": ["a", "b"]}, "monitoring": {"sex": ["a", "b"]}}, "reports only"),
    ],
)
def test_bad_features_are_refused(features: dict[str, object], message: str) -> None:
    """Every rule of the docstring is held, and its message names the feature and the rule."""
    with pytest.raises(InvalidInput, match=message):
        Participants(["ann", "bob"], **features)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: VectorFeature([[1, 2]], ["a"]), "1 column names for 2 columns"),
        (lambda: VectorFeature([[1, 2]], ["a", "a "]), "occurs more than once"),
        (lambda: VectorFeature([[1, 2]], ["a", " "]), "must not be blank"),
        (lambda: VectorFeature([[1, 6]], low=1, high=5), "outside the scale 1 to 5"),
        (lambda: VectorFeature([[1, 6]], low=5, high=5), "low must be below high"),
        (lambda: CategoryFeature([0, 2], ["a", "b"]), "positions in 2 labels"),
        (lambda: CategoryFeature([[0]], ["a"]), r"must be \(n,\)"),
        (lambda: PreferenceFeature([[1], [5]]), "positions from 0 to 1"),
        (lambda: PreferenceFeature([[0.5], None]), "positions from 0 to 1"),
        (lambda: SlotFeature([1, 0]), r"must be \(n, d\)"),
    ],
)
def test_bad_single_features_are_refused(make: object, message: str) -> None:
    """A feature built alone is checked as well."""
    with pytest.raises(InvalidInput, match=message):
        make()


def test_frames_bring_their_column_names() -> None:
    """A data frame handed in as an array keeps the names of its columns; masks are unknown."""
    frame = pd.DataFrame({"calm": [1, 5], "bold": [2, None]})
    masked = np.ma.array([[1.0], [0.0]], mask=[[False], [True]])
    people = Participants(["ann", "bob"], values=frame, interests=masked, slots=frame > 1)
    assert people.vector("values").columns == ("calm", "bold")
    assert people.slot().columns == ("calm", "bold")
    assert np.isnan(people.vector("interests").values[1, 0])


def test_features_are_found_by_kind_and_name(people: Participants) -> None:
    """Names by kind; a wrong name suggests the closest, a wrong kind says so."""
    assert people.feature_names["vector"] == ("offers", "seeks", "values")
    assert people.has("number", "grade")
    assert not people.has("category", "grade")
    with pytest.raises(InvalidInput, match='no category feature "sitee"; did you mean "site"'):
        people.category("sitee")
    with pytest.raises(InvalidInput, match='"grade" is a number feature, not a category'):
        people.category("grade")
    with pytest.raises(InvalidInput, match="these people have no preference"):
        Participants(["ann"]).preference()
    with pytest.raises(InvalidInput, match="must be one of vector"):
        people.has("vectors", "offers")


def test_monitoring_cannot_be_read_as_anything_else(people: Participants) -> None:
    """Terms, rules and quotas have no way to a monitoring feature; its name is known."""
    assert people.monitoring_names == ("gender",)
    for read in (people.category, people.vector, people.number, people.slot):
        with pytest.raises(InvalidInput, match="kept for reports only"):
            read("gender")


def test_monitoring_changes_nothing_else(people: Participants) -> None:
    """The other features are the same with and without monitoring, and whatever it holds."""
    without = Participants(
        people.ids,
        vectors={name: people.vector(name) for name in people.feature_names["vector"]},
        categories={"site": people.category("site")},
        numbers={"grade": people.number("grade")},
        slots=people.slot(),
        preferences=people.preference(),
    )
    everything = contents(people)
    assert everything.pop("monitoring gender") == ["f", "m", None, "f"]
    assert contents(without) == everything


def test_repr_holds_counts_alone(people: Participants) -> None:
    """What prints in a notebook or a log shows no id and no answer."""
    assert repr(people) == (
        "Participants(n=4, vector=3, category=1, number=1, slots=1, preference=1, monitoring=1)"
    )
    shown = " ".join(map(repr, (people.vector("offers"), people.category("site"), people.slot())))
    assert "Oslo" not in shown
    assert repr(people.preference()) == "PreferenceFeature(4 people, 2 wishes, 2 unknown)"


def test_take_keeps_columns_labels_and_scales(people: Participants) -> None:
    """A part of the population can be compared with the whole."""
    two = people.take(["di", "ann"])
    assert two.ids == ("di", "ann")
    assert two.category("site").labels == ("Bonn", "Oslo")
    assert two.category("site").codes.tolist() == [1, 1]
    assert (two.vector("values").low, two.vector("values").high) == (1, 5)
    assert two.preference().asked[1].tolist() == [0], "bob is gone, di is at 0"
    assert two.report is None


def test_take_by_position_and_mask(people: Participants) -> None:
    """Integers are positions, negative ones from the end; a mask keeps its True rows."""
    assert people.take([2, -1]).ids == ("cy", "di")
    assert people.take(np.array([True, False, False, True])).ids == ("ann", "di")
    assert people.take([True, False, False, True]).ids == ("ann", "di")
    assert people.take([]).ids == ()
    assert people.without(["bob", "cy"]).ids == ("ann", "di")
    assert Participants([10, 0]).take([0]).ids == (10,), "an integer is a position"


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ([4], "positions must be from 0 to 3"),
        ([0, 0], "occurs twice"),
        ([0, -4], "occurs twice"),
        (["ann", "ann"], "occurs twice"),
        (["eve"], 'no participant "eve"'),
        ("ann", "not one text"),
        ([0.5], "must be positions, ids as text, or a mask"),
        ([True, False], "must be positions, ids as text, or a mask"),
        (["ann", 1], "must be positions, ids as text, or a mask"),
    ],
)
def test_take_refuses_what_it_cannot_take(people: Participants, who: object, message: str) -> None:
    """Positions and ids must exist and occur once."""
    with pytest.raises(InvalidInput, match=message):
        people.take(who)


@given(surveys(), st.randoms())
def test_taking_and_putting_back_changes_nothing(survey: Survey, random: object) -> None:
    """A permutation and its inverse give the same people; so does reordering the input."""
    order = random.sample(range(len(survey)), len(survey))
    people = survey.people()
    assert same(people.take(order), survey.reordered(order).people())
    assert same(people.take(order).take(list(np.argsort(order))), people)


def test_nobody_is_a_population_too() -> None:
    """An empty population is allowed: somebody may have left last."""
    nobody = Participants(["ann"], numbers={"grade": [1]}).without(["ann"])
    assert len(nobody) == 0
    assert nobody.number("grade").shape == (0,)
