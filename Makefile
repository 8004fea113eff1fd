# Two commands do all the set-up: `make demo` and `make test`; `make quick` is for between two changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := demo/out

.PHONY: demo test quick lint picture soak interop bench notebook screenshot docs clean

demo: $(VENV)/installed
	$(BIN)/earwitness run demo/corpus --out $(OUT) --models demo --metadata demo/corpus/metadata.csv
	@$(BIN)/python -m demo.rows $(OUT)

# Two processes.  Each takes neighbours, whose files share what they have made; who is done helps the other.
test: $(VENV)/tested lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal

# What needs neither a process nor a model nor a run: see tests/quick.py.
quick: $(VENV)/tested
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --quick -n 2 --dist worksteal

lint: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Rooms, what imports what, and whether anything runs up or in a circle.
picture: $(VENV)/tested
	$(BIN)/python -m tests.picture

# Slow proofs: hours of audio, many kinds of damage.
soak: $(VENV)/tested
	$(BIN)/python -m pytest -m soak

# Every table in Spark, Polars, DuckDB, pandas and others, old and new: installs them in build/interop; Spark needs Java 17.
interop: $(VENV)/tested
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/interop -m "interop or not interop"

# What is measured on this machine beside what is wanted, about 25 minutes; nothing else should run meanwhile.
# BENCH="start_up growth" runs only these.  PEER is a Python that has faster-whisper.
bench: $(VENV)/installed
	$(BIN)/python -m benchmarks $(BENCH) --cache build/benchmarks --markdown docs/benchmarks.md $(if $(PEER),--peer-python $(PEER))

# Runs docs/asking.ipynb over the demo and keeps its outputs; its pictures need Chromium.
notebook: $(VENV)/tested demo
	$(BIN)/python -m demo.notebook $(OUT)

# Takes docs/images/report.png anew, of the demo's report, in Chromium.
screenshot: $(VENV)/tested demo
	$(BIN)/python -m demo.screenshot $(OUT)

# The pages of docs as a site with search, in build/site; a warning is an error.
docs: $(VENV)/documented
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --builder html --conf-dir docs --doctree-dir build/doctrees . build/site
	@echo "open build/site/index.html"

clean:
	rm -rf $(VENV) $(OUT) build *.egg-info

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .[report]
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .[docs,test]
	touch $@

$(VENV)/documented: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .[docs]
	touch $@
