# Everything a contributor runs. `make` alone lists it.
PYTHON ?= python3
BIN := .venv/bin
# The environment's own Node; the system's may be too old. Not for setup, which may remake it.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

.DEFAULT_GOAL := help
.PHONY: help setup demo test prove check fix lock size screenshots bench

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv, install what the locks name, build the front end, find Chromium
	@$(PYTHON) -m tools.setup

demo: ## Start Forthwith with an emulated WhatsApp and lively conversations
	@$(PYTHON) -m tools.setup --without-tests
	@$(BIN)/forthwith demo

test: setup ## Run every test of both halves; PYTEST="-k name" narrows the second
	@cd web && $(NPM) run --silent test
	@$(BIN)/python -m pytest $(PYTEST)

prove: setup ## Every proof in its large dose, going on where it stopped; ONLY=kills narrows
	@$(BIN)/python -m tools.prove $(ONLY)

check: setup ## Linters, formats, types and layers, as CI runs them
	@$(BIN)/python -m tools.check

fix: setup ## Format, and mend what the linters can mend
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .
	@cd web && $(NPM) run --silent format

bench: setup ## Measure the server against its floors; BENCH=--write renews docs/performance.md
	@$(BIN)/python -m bench.server $(BENCH)

size: setup ## Print the size of the message's path and of everything else
	@tools/flow-lines; flow=$$?; tools/size-report && exit $$flow

screenshots: setup ## Make the pictures in docs/images anew, from the demo
	@FORTHWITH_SCREENSHOTS=docs/images $(BIN)/python -m pytest -q tests/e2e/test_demo.py

lock: ## Resolve the dependencies of pyproject.toml anew, into requirements/
	@$(BIN)/python -m tools.lock $(LOCK)
