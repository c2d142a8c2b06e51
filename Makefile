# `make run` and `make test` do all the set-up themselves. The plain commands stand in README.md.

PORT ?= 8501
PYTHON ?= python3
BIN := .venv/bin
# Most of what is installed is never imported: Python compiles what is, at its first import.
# While two lists are installed at once, pip would call the other one's unfinished work an error.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile \
	--no-warn-conflicts
# `make lock UPGRADE=--upgrade` takes newer versions; without it pinned ones stay.
UPGRADE ?=
COMPILE := pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate \
	--no-header $(UPGRADE)

# Whatever the shell says: without its bytecode Python compiles everything anew at each start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := run
.PHONY: run test tests check lint style imports unused words types messages documents pictures lock

run: .venv/ready-to-run
	@exec $(BIN)/python -m portal serve --port $(PORT)

# Two things at a time: both lists are installed beside each other; then comes what is quick to
# say; then the tests, with the reading of all types, a minute of one core, beside them.
TWO := $(MAKE) --no-print-directory --jobs=2
test:
	@$(TWO) .venv/ready-to-test
	@$(TWO) lint
	@$(TWO) types tests

# -n 2: two workers; the pages in Chromium stay together in one of them.
tests: .venv/ready-to-test
	$(BIN)/python -m pytest -n 2

check: lint types

lint: style imports unused words

style: .venv/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

imports: .venv/ready-to-test
	$(BIN)/lint-imports

unused: .venv/ready-to-test
	$(BIN)/vulture

words: .venv/ready-to-test
	$(BIN)/python -m tests.messages --check

types: .venv/ready-to-test
	$(BIN)/mypy

messages: .venv/ready-to-run
	$(BIN)/python -m tests.messages

documents: .venv/ready-to-test
	$(BIN)/python -m tests.documents

pictures: .venv/ready-to-test
	$(BIN)/python -m tests.browser.pictures

# The resolver lives in a folder that is thrown away: it is no part of the portal.
lock:
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && set -e && \
	$(PYTHON) -m venv "$$folder" && "$$folder/bin/pip" install --quiet uv && \
	"$$folder/bin/uv" $(COMPILE) requirements.in -o requirements.txt && \
	"$$folder/bin/uv" $(COMPILE) requirements-dev.in -o requirements-dev.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The portal needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	    "Name a newer one: make PYTHON=python3.12"; exit 1; }
	@echo "Making .venv (once) ..."
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
	  echo "Python could not make a virtual environment." \
	    "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

# A stamp is written only when pip succeeded; it is older than the list once the list changes.
.venv/ready-to-run: requirements.txt | $(BIN)/python
	@echo "Installing what the portal needs (once, some minutes) ..."
	@$(PIP) -r requirements.txt
	@touch $@

# The lists share no package here, so that both can be installed at the same time. Each is whole:
# the resolver chose every version, and `pip check` says afterwards whether they fit together.
.venv/ready-to-check: requirements-dev.txt requirements.txt | $(BIN)/python
	@echo "Installing what the checks need (once, some minutes) ..."
	@grep -vxFf requirements.txt requirements-dev.txt > .venv/only-checks.txt
	@$(PIP) --no-deps -r .venv/only-checks.txt
	@touch $@

.venv/ready-to-test: .venv/ready-to-run .venv/ready-to-check
	@faults=$$($(BIN)/python -m pip check) || { echo "$$faults"; rm -f .venv/ready-to-*; \
	  echo "What is installed does not fit together. The next run installs it again; if it says" \
	    "this again, remove the folder .venv first."; exit 1; }
	@touch $@
