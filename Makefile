# From a bare checkout: `make demo` shows it, `make test` proves it. Needs Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
READY := $(VENV)/.ready
PORT ?= 8000

# Compiled tests are kept: compiling them takes as long as a quarter of the fast suite.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test test-all test-slow test-migrations test-postgres test-browser verify clean

help:
	@echo "make demo      set everything up and serve a believable organisation on http://localhost:$(PORT)/"
	@echo "make test      set everything up and run the fast suite"
	@echo "make test-all  the fast suite, migrations, PostgreSQL and Redis when reachable, the browser journey"
	@echo "make verify    linters, types, import rules, templates, checks, API document, fast suite"

$(READY): requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "Parley needs Python 3.11 or newer; set PYTHON=python3.12, for example."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $(READY)

setup: $(READY)

demo: setup
	$(MANAGE) demo --port $(PORT)

test: setup
	$(BIN)/pytest -n 2 --dist worksteal -q

test-all: test test-slow

test-slow: setup
	$(BIN)/pytest -n 2 --dist worksteal -q -m "slow or screens"
	$(MAKE) test-migrations test-postgres test-browser

test-migrations: setup
	$(MANAGE) makemigrations --check --dry-run
	TEST_MIGRATIONS=1 $(BIN)/pytest -q tests/test_smoke.py

test-postgres: setup
	$(BIN)/python -m tests.lanes

test-browser: setup
	$(BIN)/pytest -q -m browser

verify: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint templates --lint --quiet
	$(MANAGE) check
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) urls_audit --missing
	$(MAKE) test

clean:
	rm -rf $(VENV) var staticfiles
