# The desk's commands. Needed: Python 3.11+, Node 20+, make. Each stamp lies inside the folder it
# speaks of, so that whoever deletes the folder, or names another with VENV=, needs no second step.

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
LIVE := $(VENV)/.installed-run
TOOLS := $(VENV)/.installed-dev
PACKAGES := node_modules/.installed-run
NODE_TOOLS := node_modules/.installed-dev
SHELL := bash
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

# A lock says what the public registry holds; an index of one machine may hold builds of its own.
COMPILE := env -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null \
	$(BIN)/pip-compile --no-config --quiet --upgrade --generate-hashes --allow-unsafe \
	--strip-extras --no-header --no-emit-options --build-deps-for=editable

.NOTPARALLEL:
.PHONY: run test check check-style check-types check-scripts bench faults vendor words lock tools
.DEFAULT_GOAL := run

run: $(LIVE) vendor
	@$(if $(PORT),DESK_PORT=$(PORT)) exec $(BIN)/desk serve --demo

test: tools
	@tools/test.sh $(VENV)

check: check-style check-types check-scripts

check-style: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types: $(TOOLS)
	$(BIN)/mypy
	$(BIN)/mypy tools tests

check-scripts: $(NODE_TOOLS)
	node_modules/.bin/biome check static/js tests/scripts
	node_modules/.bin/tsc --project .

bench: tools
	@$(BIN)/python tests/bench/run.py $(BENCH)

# Kills the server so many times, on each database; SEED= repeats a run.
faults: tools
	@$(BIN)/python tests/faults/run.py --kills $(or $(KILLS),50) $(if $(SEED),--seed $(SEED))

# All that checks, tests and benchmarks need. What pip and npm write lies in folders of their own:
# they run side by side, and are both waited for.
tools:
	@$(MAKE) --no-print-directory $(NODE_TOOLS) & npm=$$!; \
	$(MAKE) --no-print-directory $(TOOLS); pip=$$?; wait $$npm && exit $$pip
	@$(MAKE) --no-print-directory vendor

vendor: $(LIVE) $(PACKAGES)
	@$(BIN)/python -m tools.vendor

# The message catalogues after a change of words; what it names is to be translated by hand.
words: $(TOOLS)
	@$(BIN)/python -m tools.words

lock: $(TOOLS)
	$(COMPILE) --output-file=requirements.lock pyproject.toml
	$(COMPILE) --extra=dev --constraint=requirements.lock \
		--output-file=requirements-dev.lock pyproject.toml
	npm update --package-lock-only

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments (on Debian: apt install python3-venv)." >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)

$(LIVE): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(TOOLS): requirements-dev.lock $(LIVE)
	$(PIP) --no-compile --require-hashes --requirement requirements-dev.lock
	@touch $@

# Both write node_modules anew; that `tools` comes to the first of them first makes it happen once.
$(NODE_TOOLS): package-lock.json .npmrc
	npm ci --no-fund --loglevel=error
	@touch $@ $(PACKAGES)

$(PACKAGES): package-lock.json .npmrc
	npm ci --no-fund --loglevel=error --omit=dev
	@touch $@
