# `make demo` and `make test` need python3 (>= 3.11, with venv) and make; all else is installed into .venv
# (for `make bench` into .venv-bench, for `make test-all` into .venv-lowest too).

PYTHON ?= python3
BIN := .venv/bin
export OPENBLAS_NUM_THREADS ?= 1
# Two workers, of which the one that has ended takes over half of what the other still has to do.
SHARED := -n 2 --dist worksteal
EXTRAS := plots,lab,notebook,excel,parquet,onnx,cluster

# The lab's page, which is bundled where Node is there; without it everything else works.
FRONTEND := src/clearprop/lab/frontend
PAGE := src/clearprop/lab/static/lab.js
PAGE_SOURCES := $(shell find $(FRONTEND) -name node_modules -prune -o -type f -print)

SITE := docs/_build/html

.PHONY: demo docs dist installed test test-all lint types layers tests fuzz bench format clean

demo: .venv/demo.stamp $(PAGE)
	@$(BIN)/clearprop demo

test: lint types layers tests

# All that is drawn by chance, drawn afresh; and once more with the lowest versions that pyproject.toml allows.
test-all: export CLEARPROP_WHOLE := 1
test-all: test .venv-lowest/stamp
	.venv-lowest/bin/pytest $(SHARED) -p no:cacheprovider

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp $(PAGE)
	$(BIN)/mypy
	@if command -v npm >/dev/null; then echo "npm run check"; npm --prefix $(FRONTEND) run --silent check; \
		else echo "Node is not installed: the page's types are not checked"; test -z "$$CLEARPROP_REQUIRE_ALL"; fi

layers: .venv/dev.stamp
	$(BIN)/lint-imports --no-cache

# Hundreds of processes load the sources: where their bytecode may not be kept, each compiles them again.
tests: .venv/dev.stamp $(PAGE)
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest $(SHARED)

# The site: every page, every docstring and every example, run; a warning is an error. All pages are read each time, as the
# search and the indexes are made of all; chapters and examples are run anew where they have changed.
docs: .venv/dev.stamp $(PAGE)
	$(BIN)/sphinx-build --fresh-env --fail-on-warning --keep-going --jobs 2 --quiet docs $(SITE)
	$(BIN)/python docs/site/check.py $(SITE)
	@echo "the site: $(SITE)/index.html"

# What is released: sources, a wheel with kernels for such machines as this, and one without for all others; the page is in
# each. They are looked into, and installed and tested as a user has them.
dist: .venv/dev.stamp $(PAGE)
	rm -rf dist
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt build twine
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m build --outdir dist .
	HATCH_BUILD_NO_HOOKS=true $(BIN)/python -m hatchling build --target wheel --directory dist
	$(BIN)/python release/check_files.py dist
	$(BIN)/twine check --strict dist/*
	$(BIN)/python release/check_installed.py dist

# The short form: the wheel alone, in an empty environment, with some of the tests.
installed: .venv/dev.stamp $(PAGE)
	rm -rf dist
	$(BIN)/python -m hatchling build --directory dist
	$(BIN)/python release/check_files.py dist
	$(BIN)/python release/check_installed.py dist bare

# Each reader for so many seconds; what is read wrongly is left in the folder, and how to read it again is said.
FUZZED := container model checkpoint config table cells lab serve
SECONDS := 60
fuzz: .venv/dev.stamp
	@for target in $(FUZZED); do echo "$$target, $(SECONDS) s"; \
		$(BIN)/python -m fuzz $$target -max_total_time=$(SECONDS) -print_final_stats=1 -verbosity=0 || exit 1; done

bench: .venv/dev.stamp .venv-bench/stamp
	env -u OPENBLAS_NUM_THREADS $(BIN)/python benchmarks/numpy_engine.py
	$(BIN)/python benchmarks/estimators.py
	$(BIN)/python benchmarks/ensembles.py
	env -u OPENBLAS_NUM_THREADS .venv-bench/bin/python benchmarks/peers_benchmark.py

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Of which installing makes the first one, see hatch_build.py.
$(PAGE): $(PAGE_SOURCES) | .venv/demo.stamp
	@if command -v npm >/dev/null; then echo "bundling the lab's page"; \
		cd $(FRONTEND) && npm ci --silent && npm run --silent build && touch ../static/lab.js; \
		else echo "Node is not installed: clearprop lab has no page"; fi

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "clearprop needs Python >= 3.11, and $(PYTHON) is older: run  make PYTHON=python3.12 ..."; exit 1; }
	@echo "setting up .venv (once)"
	@$(PYTHON) -m venv .venv

.venv/demo.stamp: pyproject.toml constraints.txt | .venv/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[plots,lab]'
	@touch $@

.venv/dev.stamp: pyproject.toml constraints.txt | .venv/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS),docs,dev]'
	@touch $@ .venv/demo.stamp

.venv-lowest/stamp: pyproject.toml tests/lowest_versions.py | .venv/bin/python
	@echo "setting up .venv-lowest (once)"
	@$(PYTHON) -m venv --clear .venv-lowest
	@$(PYTHON) tests/lowest_versions.py > .venv-lowest/constraints.txt
	@.venv-lowest/bin/pip install --quiet --disable-pip-version-check --only-binary :all: \
		-c .venv-lowest/constraints.txt -e '.[$(EXTRAS),dev]'
	@touch $@

# The peers are large: they have an environment of their own, which only `make bench` makes.
.venv-bench/stamp: pyproject.toml constraints.txt benchmarks/requirements.txt | .venv/bin/python
	@echo "setting up .venv-bench (once)"
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[plots]' \
		-r benchmarks/requirements.txt
	@touch $@

clean:
	rm -rf dist docs/_build docs/gallery docs/reference/api/generated $(FRONTEND)/node_modules $(dir $(PAGE)) .venv .venv-bench .venv-lowest clearprop-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
