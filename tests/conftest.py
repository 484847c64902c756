"""Shared fixtures and Hypothesis settings."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("PAIRWISE_HYPOTHESIS", "default"))

SURVEY = "PAIRWISE_SURVEY"
SURVEY_BESIDE = Path(__file__).parents[2] / "shared" / "data" / "young_people_survey.csv"


@pytest.fixture(scope="session")
def survey() -> Path:
    """Return the path of the Young People Survey, or skip the test where it is absent."""
    path = Path(os.environ.get(SURVEY, SURVEY_BESIDE))
    if not path.is_file():
        pytest.skip(f"the Young People Survey is not here; set {SURVEY} to its CSV")
    return path
