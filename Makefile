# What a contributor types; `make` alone lists it.
# Every target prepares what it needs. What is prepared and has not changed costs nothing.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
KILLS ?= 200
RUNTIMES := $(or $(UMBEL_RUNTIMES),.runtimes)
MAKEFLAGS += --no-print-directory

.PHONY: help setup demo test check bench powercut kills docs clean
.DELETE_ON_ERROR:

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST))

setup: ## prepare .venv, the runtimes and the web pages

demo: setup ## start three simulated nodes, the gateway and its page
	@$(BIN)/umbel demo

# Files of tests go to as many processes as tests/conftest.py says, in the order that it says.
# A node forgets code and loads it again all the time: compiled files spare a fifth of all work.
ALL_TESTS := --numprocesses auto --dist loadfile --no-loadscope-reorder

test: setup ## run everything that needs no board; ARGS="-k name" runs a part
	@$(BIN)/python -m compileall -q src device
	@$(BIN)/python -m pytest $(or $(ARGS),$(ALL_TESTS))

check: setup ## check format, lint, types and layers
	@$(MAKE) --keep-going $(CHECKS)

bench: setup ## measure, compare, and hold against bench/budget.toml
	@$(BIN)/python -m bench $(ARGS)

powercut: setup ## cut the power at every point of an update and of apps, and print what came of it
	@$(BIN)/python tests/powercut.py --scale 3

kills: setup ## kill nodes, promoter and broker during updates, 200 times; UMBEL_SEED=N again
	@UMBEL_KILLS=$(KILLS) $(BIN)/python -m pytest --quiet --capture=no tests/system/test_update_kills.py

docs: setup ## write the reference pages into docs/reference
	@$(BIN)/python -m docs.generate

clean: ## remove what setup made and what tools left behind
	rm -rf .venv .runtimes typings build dist web/node_modules web/.built
	rm -rf .coverage .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# --- setup: a stamp for each part, newer than all that the part depends on

NO_VENV := error: Python has no venv here; try: as root: apt-get install python3-venv
OLD_PYTHON := error: $(PYTHON) is not Python 3.11 or later; try: make setup PYTHON=python3.12

# Scripts in .venv name their folder: in a copied tree they would run the tree it was copied from.
ifeq ($(VENV),.venv)
$(shell [ ! -e .venv ] || grep -qsF '$(CURDIR)/.venv' .venv/pyvenv.cfg || rm -rf .venv)
endif
# The stamp of the runtimes lists their paths: when one is gone, so is the stamp.
$(shell while read -r path; do [ -e "$$path" ] || rm -f $(RUNTIMES)/ready; done \
	2>/dev/null <$(RUNTIMES)/ready)

setup: $(VENV)/ready $(RUNTIMES)/ready
	@:

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "$(OLD_PYTHON)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq install --yes python3-venv; } || \
		{ echo "$(NO_VENV)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/ready: $(BIN)/python pyproject.toml constraints.txt
	@echo "setup: Python packages, half a minute the first time"
	@$(PIP) install --constraint constraints.txt pip hatchling editables
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable . --group dev
	@touch $@

$(RUNTIMES)/ready: $(VENV)/ready $(wildcard src/umbel/runtimes/*.py)
	@echo "setup: runtimes"
	@$(BIN)/python -m umbel.runtimes || echo "setup: goes on without what is missing"

ifneq ($(wildcard web/package.json),)
NPM := $(CURDIR)/$(BIN)/python -m umbel.runtimes.node_js npm --no-fund --no-audit --loglevel=error
WEB_SOURCES := $(shell find web -name node_modules -prune -o -name dist -prune -o -type f ! -name .built -print)

setup: web/.built

web/node_modules/.package-lock.json: web/package.json $(wildcard web/package-lock.json) | $(RUNTIMES)/ready
	@echo "setup: web packages"
	@cd web && $(NPM) $(if $(wildcard web/package-lock.json),ci,install)
	@touch $@

web/.built: web/node_modules/.package-lock.json $(WEB_SOURCES)
	@echo "setup: web pages"
	@cd web && $(NPM) run build
	@touch $@
endif

# --- check: each step says its name; FILES="path …" limits it, where it can be limited

CHECKS := check-format check-lint check-types-host check-types-node check-types-board check-layers

.PHONY: $(CHECKS)

check-format:
	@echo "check: format"
	@$(BIN)/ruff format --check --output-format concise $(or $(FILES),.)

check-lint:
	@echo "check: lint"
	@$(BIN)/ruff check --output-format concise $(or $(FILES),.)

check-types-host:
	@echo "check: types of the host"
	@$(BIN)/basedpyright --pythonpath $(BIN)/python $(FILES)

check-types-node:
	@echo "check: types of the node"
	@$(BIN)/basedpyright --project device/pyrightconfig.json $(FILES)

check-types-board:
	@echo "check: types of the fake board"
	@$(BIN)/basedpyright --project src/umbel/sim/board/pyrightconfig.json $(FILES)

check-layers:
	@echo "check: layers"
	@PYTHONPATH=src:device $(BIN)/lint-imports --no-logo
