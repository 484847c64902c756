"""`select`: a cohort from applicants, under quotas, that can be paired well."""

from pairwise.selecting.cohort import select
from pairwise.selecting.selection import QuotaEffect, Selection, SelectionReason

__all__ = ["QuotaEffect", "Selection", "SelectionReason", "select"]
