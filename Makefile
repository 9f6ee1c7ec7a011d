# SectorLight's commands. Each works from a bare checkout; the environment is made once and kept in .venv.

VENV := .venv
# The vendor's MCP server that the tests start lives apart from ours, as at its users.
VENV_MCP := .venv-mcp
# Mutation tests want little of what the suite wants, and nothing else wants them.
VENV_MUTANTS := .venv-mutants
BIN := $(VENV)/bin
SHELL := /bin/sh
# The first Python of 3.11 or newer; PYTHON=... picks another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))'; \
	then echo $$p; break; fi; done)
# Parallel test processes; TESTS=... picks some tests.
WORKERS ?= 2
TESTS ?=

PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
MEASURED := --cov --cov-report=term:skip-covered

.PHONY: run test test-timescale coverage environments check bench proof mutants doctor clean clean-data browser

run: $(VENV)/.base
	@exec $(BIN)/python manage.py up --with-parent

doctor: $(VENV)/.base
	@exec $(BIN)/python manage.py doctor

# All tests. Coverage is measured of the core alone: of everything, it takes a quarter longer.
test:
	@$(MAKE) --no-print-directory --jobs=2 environments browser
	@exec $(PYTEST) $(if $(TESTS),$(TESTS),$(MEASURED) --cov-config=tests/core.coveragerc --cov-fail-under=95)

# All tests again, slower: how much of the whole product they run through, branches included.
coverage:
	@$(MAKE) --no-print-directory --jobs=2 environments browser
	@exec $(PYTEST) $(MEASURED) --cov-fail-under=90

# The storage tests again, on TimescaleDB's Apache edition; as root, it is installed into .timescale.
test-timescale: $(VENV)/.dev .timescale
	@exec $(BIN)/python -m tests.timescale -n $(WORKERS) --dist loadfile

.timescale:
	@exec $(PYTHON) -m tests.timescale --install

# Made at the same time by `make test`: neither needs the other.
environments: $(VENV)/.dev $(VENV_MCP)/.fmp

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy universe sectors analysis sectorlight
	DJANGO_SETTINGS_MODULE=sectorlight.settings.test $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -q tests/architecture

bench: $(VENV)/.dev
	@exec $(BIN)/python -m tests.benchmarks

# Minutes: faults of real processes, such as sixty killed workers.
proof: $(VENV)/.dev
	@exec $(BIN)/python -m tests.proof

# Minutes: small faults put into the scoring, colours and ranking, and how many the engine's tests notice.
mutants: $(VENV_MUTANTS)/.mutation
	@exec env WORKERS=$(WORKERS) $(VENV_MUTANTS)/bin/python -m tests.mutation

clean:
	rm -rf $(VENV) $(VENV_MCP) $(VENV_MUTANTS) .timescale .mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov test-results
	@echo "The data of the embedded servers stays; make clean-data removes it."

# Databases, secrets and static files of this checkout; refused while it runs.
clean-data:
	@$(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON)) -m sectorlight.embedded.cleaning

# An environment for the target that stands in it, unless there is one.
define made
	@test -n "$(PYTHON)" || { \
		echo "SectorLight needs CPython 3.11 or newer; none was found (python3 is $$(python3 --version 2>&1))."; \
		echo "Install one, or name it: PYTHON=/path/to/python3.11 make run"; exit 1; }
	@test -x $(@D)/bin/python || { echo "Making $(@D) with $(PYTHON) ..."; $(PYTHON) -m venv $(@D); } || { \
		rm -rf $(@D); \
		echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
endef

$(VENV)/.base: requirements/base.txt
	$(made)
	@echo "Installing what requirements/base.txt lists ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/base.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@echo "Installing what requirements/dev.txt lists ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

$(VENV_MCP)/.fmp: requirements/mcp-fmp.txt
	$(made)
	@echo "Installing what requirements/mcp-fmp.txt lists into $(VENV_MCP) ..."
	@$(VENV_MCP)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/mcp-fmp.txt
	@touch $@

$(VENV_MUTANTS)/.mutation: requirements/mutation.txt
	@echo "Installing what requirements/mutation.txt lists into $(VENV_MUTANTS) ..."
	@test -x $(VENV_MUTANTS)/bin/python || $(PYTHON) -m venv $(VENV_MUTANTS)
	@$(VENV_MUTANTS)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/mutation.txt
	@touch $@

# A browser for the tests: the system's, or Debian's package (root), or Playwright's own download.
browser: $(VENV)/.dev
	@if command -v $${CHROMIUM:-chromium} >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing Chromium and fonts ..."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium fonts-dejavu-core fonts-liberation >/dev/null && exit 0; \
	fi; \
	$(BIN)/playwright install chromium || { \
		echo "The browser tests need Chromium. Install it (apt-get install chromium) or set CHROMIUM=/path/to/it."; exit 1; }
