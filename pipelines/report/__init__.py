"""Pages that people look at: the corpus at a glance, and a page for a recording.  DuckDB asks, Plotly and Pillow draw,
Jinja2 writes."""
