# Two commands do all the set-up: `make run` and `make test`. All they need is Python 3.11 or newer, with venv.
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: init init-dev run worker migrate test check bench lock help

help:  ## tell what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST)

.venv/runtime: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; make PYTHON=/path/to/python3 names one."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, and $(PYTHON) is older or absent."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "$(PYTHON) lacks venv; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing what the archive needs (once; it takes some minutes) ..."
	@$(PYTHON) -m venv .venv
	@{ $(PIP) --require-hashes -r requirements.lock && $(PIP) --no-deps --editable .; } || \
		{ echo "The packages could not be installed. The first start must reach a Python package index;"; \
		  echo "PIP_INDEX_URL or PIP_FIND_LINKS name another source."; exit 1; }
	@touch $@

.venv/dev: .venv/runtime requirements-dev.lock
	@echo "Installing what the tests need (once) ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

init: .venv/runtime  ## install what the archive needs

init-dev: .venv/dev  ## install what its developers need, too

run: init  ## start the archive with its demo data; Ctrl-C stops it
	@$(BIN)/archive run

worker: init  ## start one more worker
	@$(BIN)/archive worker

migrate: init  ## bring the database to the form that this version needs
	@$(BIN)/archive db upgrade

test: init-dev  ## run all tests
	@$(BIN)/python -m pytest -n 2

check: init-dev  ## lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: init-dev  ## measure everything; bench-NAME measures one
	@status=0; for script in benchmarks/[a-z]*.py; do $(BIN)/python -m benchmarks.$$(basename $$script .py) || status=1; done; exit $$status

bench-%: init-dev
	@$(BIN)/python -m benchmarks.$*

lock: init-dev  ## write the locks anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra dev pyproject.toml -o requirements-dev.lock
