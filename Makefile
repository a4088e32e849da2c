# callinspect. `make help` lists what can be made.
#
# Paths stay relative, and DUMP and CALLS go through the environment: folders may have spaces in their names.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
export DUMP CALLS PYTHON

BIN := .venv/bin
NIGHT := scripts/demo_night/night
# the interpreter's own word on warnings is for pytest to decide; nothing of the user's folders leaks in
PY := env -u PYTHONPATH -u PYTHONHOME $(BIN)/python

.PHONY: help setup setup-test run serve test check unit e2e golden bench docs capture demo lock clean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1	/p' Makefile | expand -t 12

setup: ## everything that inspecting needs: .venv, pinned packages, speech models
	@sh scripts/setup.sh run

setup-test:
	@sh scripts/setup.sh test

run: setup ## inspect the demo night; your own: make run DUMP=/recordings [CALLS=/calls.csv]
	@sh scripts/run_night.sh

serve: setup ## the review room in a browser, over the store of the demo night (or of `make run`)
	@sh scripts/serve.sh

test: check unit ## everything that is checked: style, types, directions between rooms, all tests

check: setup-test ## style, types, directions between rooms
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy & types=$$!; $(BIN)/lint-imports; rules=$$?; wait $$types && exit $$rules

unit: setup-test
	@$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder --durations=10

e2e: setup-test ## only the tests of the whole command line
	@$(PY) -m pytest tests/e2e

golden: setup-test ## record anew what each stage makes of four calls (tests/golden); read the difference
	@$(PY) -m tests.golden.stages

bench: setup ## compare speed and accuracy on this machine with plain faster-whisper
	@$(BIN)/callinspect bench

docs: setup-test ## the pages that are written from the code
	@$(PY) scripts/document_measures.py
	@$(PY) scripts/document_rubrics.py
	@$(PY) scripts/document_review_states.py
	@$(PY) scripts/document_layers.py

capture: setup-test ## the pictures in docs/ of what the commands print and the review room shows
	@$(PY) scripts/capture.py
	@$(PY) -m scripts.capture_review

demo: ## play the demo night anew (fetches voices; about ten minutes)
	@sh scripts/setup.sh voices
	@$(PY) -m scripts.demo_night

lock: ## pin the packages anew from pyproject.toml; LOCK_UPGRADE=1 takes the newest
	@sh scripts/lock.sh

clean: ## remove .venv and what tools left; models and stores stay
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
