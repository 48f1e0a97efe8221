"""How the site is built from these pages, the docstrings and the examples: `make docs`."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from sklearn.base import BaseEstimator

import clearprop

HERE = Path(__file__).parent
FRONTEND = HERE.parent / "src" / "clearprop" / "lab" / "frontend" / "node_modules"
sys.path.insert(0, str(HERE / "site"))
# The cells of the pages show their pictures by the kernel's own backend: a name given here would take its place.
os.environ.pop("MPLBACKEND", None)
# For the cells of the pages, which run in a process of their own.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HERE / "site"), os.environ.get("PYTHONPATH")]))

project = "clearprop"
author = "The clearprop developers"
copyright = author
version = release = clearprop.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "sphinx.ext.mathjax",  # whose marks KaTeX reads, see typeset.js
    "docstrings",
    "downloads",
    "generated",
    "titles",
    "words",
]
exclude_patterns = [
    "_build",
    "_replays",
    "notebooks",
    "learn/notebooks",
    "**/sg_execution_times.rst",
    "sg_execution_times.rst",
    "gallery/**/*.ipynb",
]
templates_path = ["_templates"]
nitpicky = True
# What stands in single backticks is code, and a link if it is the name of something that has a page.
default_role = "py:obj"
# What scikit-learn's docstrings refer to; and the other code.
nitpick_ignore_regex = [(r"py:(func|class)", r"sklearn\..*"), (r"py:obj", r"[\s\S]*")]
# Chapters begin where their page does; attributes of one name stand in several classes.
suppress_warnings = ["myst.header", "ref.python"]

# -- pages and chapters -----------------------------------------------------------------------------------------------

myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_code_prompt_show = "The answer, computed"  # cells that are hidden belong to exercises
nb_code_prompt_hide = "Hide the computation"
nb_render_markdown_format = "myst"
copybutton_prompt_text = r">>> |\.\.\. |\$ |In \[\d*\]: | {2,5}\.\.\.: "
copybutton_prompt_is_regexp = True

# -- the look, and nothing from elsewhere ------------------------------------------------------------------------------

html_theme = "pydata_sphinx_theme"
html_title = f"clearprop {release}"
html_short_title = "clearprop"
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_search_scorer = str(HERE / "site" / "scorer.js")
html_static_path = ["_static"]
html_extra_path = ["_replays"]
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "clearprop"},
    "show_version_warning_banner": False,
    "navbar_align": "left",
    "show_prev_next": True,
    "footer_start": ["last-line"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
html_css_files = ["katex/katex.min.css", "site.css"]
mathjax_path = "katex/katex.min.js"
mathjax_options = {"defer": "defer"}
html_js_files = [(name, {"defer": "defer"}) for name in ("katex/contrib/auto-render.min.js", "typeset.js", "names.js")]

# -- names -------------------------------------------------------------------------------------------------------------

autosummary_generate = True
# Methods that are no news: those of Python's own types, and scikit-learn's of all its estimators.
autosummary_context = {
    "known": [
        *dir(Mapping),
        *dir(str),
        *dir(tuple),
        *dir(BaseEstimator),
        "get_metadata_routing",
        *(f"set_{method}_request" for method in ("fit", "partial_fit", "predict", "score")),
    ]
}
autodoc_typehints = "none"  # the sections of the docstrings say it in words
maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True, "inherited-members": False, "member-order": "bysource"}
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# -- examples ----------------------------------------------------------------------------------------------------------

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/\w",
    "abort_on_example_error": True,
    "backreferences_dir": "gallery/backreferences",
    "doc_module": ("clearprop",),
    "reference_url": {"clearprop": None},  # names in the examples lead to their pages
    "remove_config_comments": True,
    "show_memory": False,
    "write_computation_times": False,
    "min_reported_time": 10,
    "default_thumb_file": None,
    "within_subsection_order": "FileNameSortKey",
}


def setup(app):
    """Put what formulas are typeset with, which the lab's page brings, beside what the pages load."""
    katex = FRONTEND / "katex" / "dist"
    if not katex.is_dir():
        raise FileNotFoundError(
            f"{katex}: formulas are typeset by KaTeX, which `npm --prefix {FRONTEND.parent} ci` brings"
        )
    (HERE / "_replays").mkdir(exist_ok=True)  # which pages fill while they are read
    target = HERE / "_static" / "katex"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("katex.min.css", "katex.min.js"):
        shutil.copy(katex / name, target)
    (target / "contrib").mkdir()
    shutil.copy(katex / "contrib" / "auto-render.min.js", target / "contrib")
    shutil.copytree(katex / "fonts", target / "fonts", ignore=shutil.ignore_patterns("*.ttf", "*.woff"))
