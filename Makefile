# The commands of the project; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin

# The first interpreter that is new enough and can make a virtual environment. PYTHON=… decides by hand.
define find_python
for candidate in "$(PYTHON)" python3.14 python3.13 python3.12 python3 \
    $$(ls -rd "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.*/bin/python 2>/dev/null | sort -rV); do \
  [ -n "$$candidate" ] && "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' \
    >/dev/null 2>&1 && { echo "$$candidate"; exit 0; }; \
  [ -n "$(PYTHON)" ] && break; \
done; exit 1
endef

# Some images set it; every process of the tests would then compile every module anew.
test test-rest test-one hostile api-check upgrade-check: export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test test-rest test-one hostile api-check upgrade-check faults bench lint audit format lock messages font pictures clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/runtime ## start Vestibule with its demo on 127.0.0.1:8000 (PORT=… for another port)
	@grep -qs '^DEBUG=' .env || export DEBUG="$${DEBUG:-true}"; exec $(BIN)/python manage.py start

test: .venv/dev ## the tests, on SQLite and on PostgreSQL in turns (ARGS="-k inbox" picks tests)
	@$(BIN)/python -m tests.both $(ARGS)

test-rest: .venv/dev .venv/node ## the thorough tests, and the others each on the database that `make test` left out
	@$(BIN)/python -m tests.both --rest $(ARGS)

test-one: .venv/dev ## one file or test, without workers: ARGS=tests/…, on SQLite (DB=postgres for PostgreSQL)
	@$(if $(filter postgres,$(DB)),$(BIN)/python -m tests.postgres) $(BIN)/python -m pytest -q $(ARGS)

hostile: .venv/dev ## hostile input at every address, field, header and body, on both databases
	@echo "== On SQLite"
	@HOSTILE=whole $(BIN)/python -m pytest -q -n auto --dist worksteal -p no:logging tests/hostile $(ARGS)
	@echo "== On PostgreSQL"
	@HOSTILE=whole $(BIN)/python -m tests.postgres $(BIN)/python -m pytest -q -n auto --dist worksteal -p no:logging tests/hostile $(ARGS)

# Requests generated from the OpenAPI documents, and programs that keep a copy.
API_CHECKS := tests/api/test_schemathesis.py tests/api/test_copies.py tests/contact_requests/test_copies.py $(wildcard tests/events/test_sync.py)

api-check: export API_CHECK_CHANGES ?= 10000
api-check: export SCHEMATHESIS_EXAMPLES ?= 1000
api-check: export SCHEMATHESIS_SEEDS ?= 1 2 3
api-check: export SCHEMATHESIS_PHASES ?= examples,coverage,fuzzing,stateful
api-check: .venv/dev ## 1,000 generated requests an operation with three seeds, and copies through 10,000 changes, on both databases
	@echo "== On SQLite"
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -p no:logging --show-capture=no $(API_CHECKS) $(ARGS)
	@echo "== On PostgreSQL"
	@$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -q -n auto --dist worksteal -p no:logging --show-capture=no $(API_CHECKS) $(ARGS)

# Those of migrations that sites have: no change of today can break what they do.
RELEASED_MIGRATIONS = $(BIN)/python -m pytest -q -n auto -m released_migration $(shell grep -rl released_migration --include='test_*.py' tests)

upgrade-check: .venv/dev ## migrations of all releases, and all tests of the former one on the tables of this one, on both databases (needs its commit)
	@echo "== On SQLite"
	@$(RELEASED_MIGRATIONS)
	@UPGRADE=whole $(BIN)/python -m pytest -q -s tests/upgrade/test_former_release.py
	@echo "== On PostgreSQL"
	@$(BIN)/python -m tests.postgres $(RELEASED_MIGRATIONS)
	@UPGRADE=whole $(BIN)/python -m tests.postgres $(BIN)/python -m pytest -q -s tests/upgrade/test_former_release.py

faults: .venv/dev ## kill and starve what it runs on, and print what became of it (DB=postgres for PostgreSQL)
	@$(if $(filter postgres,$(DB)),$(BIN)/python -m tests.postgres) $(BIN)/python -m tests.faults

bench: .venv/bench ## measure what has to stay quick among a million rows; fails when a goal is missed (SMALL=1, ARGS=lists, CLOCK=processor)
	@$(if $(CLOCK),BENCHMARK_CLOCK=$(CLOCK)) $(BIN)/python -m tests.benchmarks $(if $(SMALL),--small) $(if $(PAGE),--page) $(ARGS)

lint: .venv/dev ## ruff, djlint, mypy, import-linter, migrations complete
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint templates
	@DEBUG=true $(BIN)/mypy
	@$(BIN)/lint-imports
	@DEBUG=true $(BIN)/python manage.py makemigrations --check --dry-run

audit: .venv/dev ## known vulnerabilities of the locked packages, by OSV; a warning where it cannot be reached
	@$(BIN)/python -m tests.advisories

format: .venv/dev ## put the code into shape
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

messages: .venv/dev ## gather the texts to translate and compile them (needs GNU gettext)
	@DEBUG=true $(BIN)/python manage.py makemessages -l fr -l nl --no-location --no-obsolete -i .venv
	@DEBUG=true $(BIN)/python manage.py compilemessages -i .venv

font: .venv/dev ## make the web font of the pages anew, from Source Serif 4
	@$(BIN)/python -m tests.font

pictures: .venv/dev ## photograph the demo for the README (needs Chromium)
	@$(BIN)/python -m tests.photographs

lock: .venv/dev ## resolve the dependencies of pyproject.toml anew
	@$(BIN)/uv pip compile -q pyproject.toml --universal --generate-hashes --python-version 3.12 --no-header -o requirements.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra s3 --universal --generate-hashes --python-version 3.12 --no-header -c requirements.txt -o requirements-s3.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra sentry --universal --generate-hashes --python-version 3.12 --no-header -c requirements-s3.txt -o requirements-sentry.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra s3 --extra sentry --group dev --universal --generate-hashes --python-version 3.12 --no-header -c requirements-s3.txt -c requirements-sentry.txt -o tests/requirements.txt
	@$(BIN)/uv pip compile -q --group bench --universal --generate-hashes --python-version 3.12 --no-header -c requirements-s3.txt -c tests/requirements.txt -o tests/benchmarks/requirements.txt

clean: ## take away the environment; var/ with the data stays
	@rm -rf .venv

.venv/bin/python:
	@python=$$($(find_python)) || { echo "Vestibule needs Python 3.12 or newer with venv: install python3.12 (on Debian with python3.12-venv), or name one with PYTHON=/path/to/python" >&2; exit 1; }; \
	echo "Making the virtual environment with $$python"; \
	"$$python" -m venv .venv

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing the locked dependencies"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev: tests/requirements.txt .venv/runtime
	@echo "Installing what the tests and checks need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

# Without Node its tests are skipped, and say so.
.venv/node: tests/api/node/package-lock.json | .venv/bin/python
	@if command -v npm >/dev/null; then \
	  echo "Installing what the tests of the OpenAPI documents take from Node"; \
	  mkdir -p $@ && cp tests/api/node/package*.json $@ && (cd $@ && npm ci --silent --no-audit --no-fund --ignore-scripts) && touch $@; \
	fi

.venv/bench: tests/benchmarks/requirements.txt .venv/dev
	@echo "Installing what the benchmark is compared with"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/benchmarks/requirements.txt
	@touch $@
