# youthprog: everything one types. `make` alone lists it.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= auto
IN := .venv/bin/with-env

.DEFAULT_GOAL := help
.PHONY: help run test check bench gallery prove lock setup setup-test format
MAKEFLAGS += --no-print-directory

help: ## list what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## set up and serve a demo department on http://127.0.0.1:8000 (PORT=8001 for another port)
	@$(PYTHON) tools/bootstrap.py run
	@exec .venv/bin/youthprog serve --demo --port $(PORT)

test: ## set up and run the whole suite (ARGS="-k consent" for a part, WORKERS=0 for one process)
	@$(PYTHON) tools/bootstrap.py test
	@$(IN) python -m pytest -n $(WORKERS) $(ARGS)

check: ## format, lint, types and the tests of the house, in under a minute
	@$(PYTHON) tools/bootstrap.py test
	@$(IN) ruff format --check --output-format=concise . || { echo "Run 'make format'."; exit 1; }
	@$(IN) ruff check --quiet .
	@$(IN) mypy
	@$(IN) djlint templates --lint --quiet
	@$(IN) python -m pytest -q tests/house

format: ## put the source into its one format
	@$(PYTHON) tools/bootstrap.py test
	@$(IN) ruff format --quiet .
	@$(IN) ruff check --quiet --fix --select I .

bench: ## measure, one line a measure, written to instance/bench.json (ONLY=web for one room)
	@$(PYTHON) tools/bootstrap.py test
	@$(IN) python -m tests.bench $(if $(ONLY),--only $(ONLY))

gallery: ## a picture of every kind of paper, into docs/gallery
	@$(PYTHON) tools/bootstrap.py test
	@$(IN) python -m tests.gallery

prove: ## the long proofs at their full counts, one line a proof (ONLY=attendance for one room)
	@$(PYTHON) tools/bootstrap.py test
	@$(IN) python -m tests.proofs $(if $(ONLY),--only $(ONLY))

setup: ## set up again from the start, for `make run`
	@$(PYTHON) tools/bootstrap.py run --again

setup-test: ## set up again from the start, for `make test`
	@$(PYTHON) tools/bootstrap.py test --again

lock: ## write the two lock files anew from pyproject.toml
	@$(PYTHON) tools/bootstrap.py test
	@$(PYTHON) tools/lock.py
