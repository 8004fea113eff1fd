"""How Sphinx builds the pages: ``make docs``.

Its source is the whole repository, so that a link in Markdown leads to the same file on disk and in the site.  Nothing
is loaded from a network: Furo brings its styles and scripts and takes the fonts of the system.
"""

from importlib import metadata

project = "Earwitness"
author = "The authors of Earwitness"
release = metadata.version("earwitness")
language = "en"

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "demo/corpus.md",
    "demo/train/README.md",
    "demo/models/*/README.md",
    "benchmarks/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
]
myst_heading_anchors = 4
"""The depth of headings that a link may name, by the slugs that GitHub makes."""
highlight_language = "none"

html_theme = "furo"
html_title = "Earwitness"
html_static_path = ["static"]
html_css_files = ["earwitness.css"]
templates_path = ["templates"]
html_additional_pages = {"index": "start.html"}
"""Who opens the folder of the site is led to docs/index.html."""
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_domain_indices = False
