"""Sphinx configuration."""

import re

import pairwise

project = "pairwise"
author = "The pairwise developers"
copyright = "2026, the pairwise developers"
release = version = pairwise.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinxcontrib.bibtex",
    "numpydoc",
    "myst_nb",
]
exclude_patterns = ["_build", "generated/*.ipynb"]
templates_path = ["_templates"]

autosummary_generate = True
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "unsrt"
bibtex_reference_style = "author_year"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True

html_theme = "pydata_sphinx_theme"
html_title = "pairwise"
html_static_path = ["_static"]
html_css_files = ["pairwise.css"]
html_show_sourcelink = False
html_theme_options = {
    "show_nav_level": 2,
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"tutorial": [], "howto": [], "choose": [], "glossary": [], "benchmarks": []}


def _cite(_app, _what, _name, _obj, _options, lines):
    """Turn the ``[key]_`` of a docstring into a citation of docs/references.bib."""
    lines[:] = [re.sub(r"\[([a-z]+\d{4}[a-z]?)\]_", r":cite:t:`\1`", line) for line in lines]


def setup(app):
    """Connect the hook before numpydoc's own."""
    app.connect("autodoc-process-docstring", _cite, priority=100)
