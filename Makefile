# `make demo` and `make test` set themselves up in .venv; they need Python 3.11-3.13, git and make, and the package index once.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.levelhips-ready

.PHONY: demo test coverage lint bench docs golden fuzz torture mutants screenshots words texts recordings check clean

demo: $(STAMP)
	$(BIN)/levelhips demo --out levelhips-demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2

# The tests with their branch coverage by package; fails below the goals of bench/coverage_table.py. FILES: only these tests.
FILES ?= tests
coverage: $(STAMP)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 2 $(FILES)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m bench.coverage_table

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test

bench: $(STAMP)
	$(BIN)/python -m bench

# The parts of the documents that are made from the code; a test checks that they are up to date.
docs: $(STAMP)
	$(BIN)/python -m bench.docs

# What the engine finds in the bundled recordings, compared with the golden files to the last bit.
golden: $(STAMP)
	$(BIN)/python -m bench.golden

# Every view at two sizes into docs/screens; needs no display.
screenshots: $(STAMP)
	$(BIN)/python -m bench.screenshots

# Brings the catalogs of other languages up to date with the English one, and compiles them.
texts: $(STAMP)
	$(BIN)/python -m bench.texts

# The clips of the voice, from their texts; needs flite and oggenc (Debian: flite, vorbis-tools).
words: $(STAMP)
	$(BIN)/python -m bench.words

# Bytes that nobody sent, and whole files with wrong values, at every decoder and reader: SECONDS for each (60).
fuzz: $(STAMP)
	$(BIN)/python -m bench.fuzz $(if $(SECONDS),--seconds $(SECONDS))

# Lets every operation of a session and of each command that writes fail once; SECONDS at most for each kind of fault (600),
# ONLY: kinds whose name contains this. See docs/testing.md.
torture: $(STAMP)
	$(BIN)/python -m bench.torture $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONLY),--only '$(ONLY)')

# Mutation testing: COUNT faults, of the sample SEED, in files whose path contains ONLY, with test files whose name
# contains TESTS; ALL=1: every fault. See docs/testing.md.
mutants: $(STAMP)
	$(BIN)/python -m bench.mutants $(if $(ALL),--all) $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) $(if $(TESTS),--tests '$(TESTS)')

# Makes the bundled recordings again; their samples come out the same, to the last count.
recordings: $(STAMP)
	$(BIN)/python -m levelhips.simulation.bundled recordings

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"levelhips needs Python 3.11 to 3.13, and $(PYTHON) is {v[0]}.{v[1]}. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. Install it: Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[plot,virtual,app]' --requirement requirements-dev.txt
	@$(PYTHON) -c 'open("$(STAMP)", "w").close()'

clean:
	rm -rf $(VENV) levelhips-demo
