"""Proofs as plain lists and integers, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pairwise.matching.bounded import BoundedProof, PricedLeaf
from pairwise.matching.certificate import Certificate
from pairwise.matching.exclusive import AssignmentProof, Bounded, Impossible, Node, Split
from pairwise.matching.fairness.leximin_check import Stage
from pairwise.matching.fairness.places import PlacesProof
from pairwise.matching.fairness.proof import LeximinProof
from pairwise.matching.floors import FloorProof
from pairwise.matching.maximin.choice_proof import ChoiceProof
from pairwise.matching.maximin.proof import MaximinProof, Priced
from pairwise.matching.partitions.answer import PartitionProof
from pairwise.matching.proof import PlanProof, RankedProof
from pairwise.matching.tilted import Decisions, Leaf, Tilt
from pairwise.plan.tilted import QuotaProof

if TYPE_CHECKING:
    from collections.abc import Iterable


def to_plain(proof: PlanProof) -> dict[str, Any]:
    """Return a proof as lists and integers, in a fixed order."""
    return {
        "pairs": proof.pairs,
        "base": _plain_certificate(proof.base),
        "forced": [list(pair) for pair in proof.forced],
        "fixed_q": proof.fixed_q,
        "claim_q": proof.claim_q,
        "others": [_plain_certificate(certificate) for certificate in proof.others],
        "bonds": [list(pair) for pair in proof.bonds],
    }


def from_plain(data: dict[str, Any]) -> PlanProof:
    """Return the proof that `to_plain` wrote; whether it holds is for its check to say."""
    return PlanProof(
        pairs=int(data["pairs"]),
        base=_certificate(data["base"]),
        forced=_pairs(data["forced"]),
        fixed_q=int(data["fixed_q"]),
        claim_q=None if data["claim_q"] is None else int(data["claim_q"]),
        others=tuple(_certificate(certificate) for certificate in data["others"]),
        bonds=_pairs(data["bonds"]),
    )


def fair_to_plain(proof: PlanProof | LeximinProof) -> dict[str, Any]:
    """Return the proof of a fair plan as lists and integers, in a fixed order."""
    if isinstance(proof, PlanProof):
        return to_plain(proof)
    return {
        "bound_q": proof.bound_q,
        "barrier": proof.barrier.tolist(),
        "stages": [
            {
                "levels": list(stage.levels),
                "certificate": _plain_certificate(stage.certificate),
            }
            for stage in proof.stages
        ],
    }


def fair_from_plain(data: dict[str, Any]) -> PlanProof | LeximinProof:
    """Return the proof that `fair_to_plain` wrote."""
    if "stages" not in data:
        return from_plain(data)
    return LeximinProof(*_leximin_parts(data))


def _leximin_parts(data: dict[str, Any]) -> tuple[int, tuple[Stage, ...], Any]:
    stages = tuple(
        Stage(tuple(map(int, entry["levels"])), _certificate(entry["certificate"]))
        for entry in data["stages"]
    )
    return int(data["bound_q"]), stages, np.array(data["barrier"], dtype=np.int64)


def fair_loads_to_plain(proof: AssignmentProof | PlacesProof | MaximinProof) -> dict[str, Any]:
    """Return the proof of a fair assignment as lists, integers and floats."""
    if isinstance(proof, AssignmentProof):
        return cases_to_plain(proof)
    if isinstance(proof, PlacesProof):
        return {**fair_to_plain(proof), "mate": proof.mate.tolist()}
    return {
        "bound_q": proof.bound_q,
        "floor": proof.floor,
        "floor_bound": proof.floor_bound,
        "searched_floor": proof.searched_floor,
        "floor_prices": _plain_prices(proof.floor_prices),
        "sum_prices": _plain_prices(proof.sum_prices),
        "floor_choices": _plain_choices(proof.floor_choices),
        "sum_choices": _plain_choices(proof.sum_choices),
    }


def fair_loads_from_plain(data: dict[str, Any]) -> AssignmentProof | PlacesProof | MaximinProof:
    """Return the proof that `fair_loads_to_plain` wrote."""
    if "cases" in data:
        return cases_from_plain(data)
    if "mate" in data:
        return PlacesProof(*_leximin_parts(data), np.array(data["mate"], dtype=np.int32))
    return MaximinProof(
        bound_q=int(data["bound_q"]),
        floor=float(data["floor"]),
        floor_bound=float(data["floor_bound"]),
        searched_floor=float(data["searched_floor"]),
        floor_prices=_prices(data["floor_prices"]),
        sum_prices=_prices(data["sum_prices"]),
        floor_choices=_choices(data.get("floor_choices")),
        sum_choices=_choices(data.get("sum_choices")),
    )


def floor_to_plain(proof: AssignmentProof | FloorProof) -> dict[str, Any]:
    """Return the proof of an assignment above a floor as lists, integers and floats."""
    if isinstance(proof, AssignmentProof):
        return cases_to_plain(proof)
    return {"bound_q": proof.bound_q, "prices": _plain_prices(proof.prices)}


def floor_from_plain(data: dict[str, Any]) -> AssignmentProof | FloorProof:
    """Return the proof that `floor_to_plain` wrote."""
    if "cases" in data:
        return cases_from_plain(data)
    return FloorProof(int(data["bound_q"]), _prices(data["prices"]))


def _plain_choices(proof: ChoiceProof | None) -> dict[str, Any] | None:
    if proof is None:
        return None
    bounds = [None if bound == -np.inf else bound for bound in proof.row_bounds.tolist()]
    return {
        "floor": proof.floor,
        "sum_weight": proof.sum_weight,
        "prices": proof.prices.tolist(),
        "row_bounds": bounds,
    }


def _choices(data: dict[str, Any] | None) -> ChoiceProof | None:
    if data is None:
        return None
    bounds = [-np.inf if bound is None else bound for bound in data["row_bounds"]]
    floor, sum_weight = float(data["floor"]), float(data["sum_weight"])
    return ChoiceProof(floor, sum_weight, np.array(data["prices"], float), np.array(bounds, float))


def _plain_prices(prices: Priced) -> dict[str, Any]:
    return {
        "multipliers": prices.multipliers.tolist(),
        "row_duals": prices.row_duals.tolist(),
        "col_duals": prices.col_duals.tolist(),
    }


def _prices(data: dict[str, Any]) -> Priced:
    parts = (data[name] for name in ("multipliers", "row_duals", "col_duals"))
    return Priced(*(np.array(part, dtype=np.float64) for part in parts))


def quota_to_plain(proof: PlanProof | QuotaProof) -> dict[str, Any]:
    """Return the proof of a plan under quotas as lists and integers, in a fixed order."""
    if isinstance(proof, PlanProof):
        return to_plain(proof)
    rank = {} if proof.rank is None else {"rank": ranked_to_plain(proof.rank)}
    return {"placed": proof.placed, "leaves": [_plain_leaf(leaf) for leaf in proof.leaves], **rank}


def quota_from_plain(data: dict[str, Any]) -> PlanProof | QuotaProof:
    """Return the proof that `quota_to_plain` wrote."""
    if "leaves" not in data:
        return from_plain(data)
    rank = ranked_from_plain(data["rank"]) if "rank" in data else None
    return QuotaProof(int(data["placed"]), tuple(_leaf(leaf) for leaf in data["leaves"]), rank)


def _plain_leaf(leaf: Leaf) -> dict[str, Any]:
    tilt, decisions = leaf.tilt, leaf.decisions
    return {
        "together": [list(pair) for pair in decisions.together],
        "apart": [list(pair) for pair in decisions.apart],
        "scale": tilt.scale,
        "offset": tilt.offset,
        "times": list(tilt.times),
        "shifts": list(tilt.shifts),
        "span": tilt.span,
        "bound": leaf.bound,
        "proof": to_plain(leaf.proof),
    }


def _leaf(data: dict[str, Any]) -> Leaf:
    times, shifts = (tuple(map(int, data[name])) for name in ("times", "shifts"))
    scale, offset, span = (int(data[name]) for name in ("scale", "offset", "span"))
    bound = None if data["bound"] is None else int(data["bound"])
    decisions = Decisions(_pairs(data["together"]), _pairs(data["apart"]))
    tilt = Tilt(scale, offset, times, shifts, span)
    return Leaf(decisions, tilt, from_plain(data["proof"]), bound)


def circles_to_plain(proof: PartitionProof) -> dict[str, Any]:
    """Return a proof about circles as lists and integers, in a fixed order."""
    return {
        "kind": proof.kind,
        "bound": int(proof.bound),
        "prices": proof.prices.tolist(),
        "size_prices": [[size, int(price)] for size, price in sorted(proof.size_prices.items())],
    }


def circles_from_plain(data: dict[str, Any]) -> PartitionProof:
    """Return the proof that `circles_to_plain` wrote; whether it holds is for its check to say."""
    prices = np.array(data["prices"], dtype=np.int64)
    by_size = {int(size): int(price) for size, price in data["size_prices"]}
    return PartitionProof(str(data["kind"]), int(data["bound"]), prices, by_size)


def ranked_to_plain(proof: RankedProof) -> dict[str, Any]:
    """Return a proof of a plan with priorities as lists and integers."""
    return {"rank_q": proof.rank_q, "base": to_plain(proof.base)}


def ranked_from_plain(data: dict[str, Any]) -> RankedProof:
    """Return the proof that `ranked_to_plain` wrote."""
    return RankedProof(from_plain(data["base"]), int(data["rank_q"]))


def cases_to_plain(proof: AssignmentProof) -> dict[str, Any]:
    """Return a proof of an assignment as lists and integers."""
    return {
        "bound_q": proof.bound_q,
        "rank_q": proof.rank_q,
        "cases": [_plain_case(node) for node in proof.nodes],
    }


def _plain_case(node: Node) -> dict[str, Any]:
    if isinstance(node, Split):
        split = [node.without, node.without_twin]
        return {"split": split, "cell": list(node.cell)}
    if isinstance(node, Impossible):
        return {"side": node.side, "members": list(node.members)}
    return {
        "row_duals": node.row_duals.tolist(),
        "col_duals": node.col_duals.tolist(),
        "excess": int(node.excess),
        "prices": [list(price) for price in node.prices],
    }


def cases_from_plain(data: dict[str, Any]) -> AssignmentProof:
    """Return the proof that `cases_to_plain` wrote."""
    nodes = tuple(_case(case) for case in data["cases"])
    return AssignmentProof(int(data["bound_q"]), int(data["rank_q"]), nodes)


def _case(data: dict[str, Any]) -> Node:
    if "split" in data:
        without, without_twin = map(int, data["split"])
        row, col = map(int, data["cell"])
        return Split((row, col), without, without_twin)
    if "members" in data:
        return Impossible(int(data["side"]), tuple(map(int, data["members"])))
    return Bounded(
        np.array(data["row_duals"], dtype=np.int64),
        np.array(data["col_duals"], dtype=np.int64),
        int(data["excess"]),
        tuple((int(row), int(col), int(amount)) for row, col, amount in data["prices"]),
    )


def bounded_to_plain(proof: BoundedProof) -> dict[str, Any]:
    """Return a proof of an assignment under quotas as lists and integers."""
    return {"placed": proof.rank_q, "leaves": [_plain_priced(leaf) for leaf in proof.leaves]}


def bounded_from_plain(data: dict[str, Any]) -> BoundedProof:
    """Return the proof that `bounded_to_plain` wrote."""
    return BoundedProof(int(data["placed"]), tuple(_priced(leaf) for leaf in data["leaves"]))


def _plain_priced(leaf: PricedLeaf) -> dict[str, Any]:
    return {
        "together": [list(cell) for cell in leaf.decisions.together],
        "apart": [list(cell) for cell in leaf.decisions.apart],
        "scale": leaf.scale,
        "row_duals": leaf.row_duals.tolist(),
        "col_duals": leaf.col_duals.tolist(),
        "place": leaf.place,
        "sums": [list(price) for price in leaf.sums],
        "twins": [list(price) for price in leaf.twins],
        "bound": leaf.bound,
    }


def _priced(data: dict[str, Any]) -> PricedLeaf:
    rows, cols = (np.array(data[name], dtype=np.int64) for name in ("row_duals", "col_duals"))
    sums, twins = (
        tuple((int(a), int(b), int(c)) for a, b, c in data[name]) for name in ("sums", "twins")
    )
    decisions = Decisions(_pairs(data["together"]), _pairs(data["apart"]))
    bound = None if data["bound"] is None else int(data["bound"])
    scale, place = int(data["scale"]), int(data["place"])
    return PricedLeaf(decisions, scale, rows, cols, place, sums, twins, bound)


def _plain_certificate(certificate: Certificate) -> dict[str, Any]:
    return {
        "duals": certificate.duals.tolist(),
        "parents": certificate.parents.tolist(),
        "set_duals": certificate.set_duals.tolist(),
        "bonus": int(certificate.bonus),
        "bye": None if certificate.bye is None else int(certificate.bye),
        "step": certificate.step,
        "without": [int(person) for person in certificate.without],
        "rounding": certificate.rounding,
    }


def _certificate(data: dict[str, Any]) -> Certificate:
    return Certificate(
        duals=np.array(data["duals"], dtype=np.int64),
        parents=np.array(data["parents"], dtype=np.int32),
        set_duals=np.array(data["set_duals"], dtype=np.int64),
        bonus=int(data["bonus"]),
        bye=None if data["bye"] is None else int(data["bye"]),
        step=float(data["step"]),
        without=tuple(int(person) for person in data["without"]),
        rounding=float(data["rounding"]),
    )


def _pairs(data: Iterable[Iterable[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((int(a), int(b)) for a, b in data)
