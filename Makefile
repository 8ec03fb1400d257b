# stedenband: what one can do here. `make` alone prints it.

PORT ?= 8000
DATA ?= var
SHARED ?= ../shared
TESTS ?=
SHAPES ?=
ROUNDS ?= 5
SCALE ?= 1
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

VENV := .venv
BIN := $(VENV)/bin
INSTALL_THERE := bin/python -m pip install --quiet --disable-pip-version-check --no-deps
INSTALL := $(VENV)/$(INSTALL_THERE)
SKIPPED := $(VENV)/skipped
UV := uv==0.13.9
BENCH := .venv-bench

# Where the environment forbids bytecode, every process that a test starts would compile all of the package.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test sure static format lint types contracts dependencies migrations catalogs openapi openapi-current \
	breaking belgif tests faults soak corpus compose-smoke typescript tus walk schemathesis bench bench-works lock clean set-up

help: ## Print this list
	@echo "usage: make TARGET [PORT=8000] [DATA=var] [SHARED=../shared] [TESTS=tests/...] [PYTHON=python3.11]"
	@echo "       make bench [SHAPES=a,b] [ROUNDS=5] [SCALE=1]"
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1|/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "  %-15s %s\n", $$1, $$2 }'

run: $(VENV)/run.stamp ## Set up, then serve the API with the demo data on http://127.0.0.1:PORT, its data in DATA
	@STEDENBAND_PORT="$(PORT)" STEDENBAND_DATA="$(DATA)" exec $(BIN)/python -m stedenband serve --demo --with-parent

test: $(VENV)/dev.stamp ## Set up, then run all tests, or those of TESTS
	$(BIN)/python -m pytest $(TESTS)

sure: $(VENV)/dev.stamp ## Check everything: format, lint, types, contracts, dependencies, migrations, tests, faults, spec, clients, containers
	@rm -f $(SKIPPED)
	@$(MAKE) --no-print-directory --output-sync=target --jobs=2 static
	@$(MAKE) --no-print-directory compose-smoke
	@$(MAKE) --no-print-directory typescript
	@$(MAKE) --no-print-directory tus
	@$(MAKE) --no-print-directory walk
	@$(MAKE) --no-print-directory schemathesis
	@$(MAKE) --no-print-directory tests
	@$(MAKE) --no-print-directory faults
	@if [ -s $(SKIPPED) ]; then echo; echo "Not everything could be checked:"; cat $(SKIPPED); fi

static: lint types contracts dependencies migrations openapi-current breaking belgif

format: $(VENV)/dev.stamp ## Put the code in the one format, and repair what a machine can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lint: $(VENV)/dev.stamp ## Check format and style
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: $(VENV)/dev.stamp ## Check the types
	$(BIN)/mypy

contracts: $(VENV)/dev.stamp ## Check who imports whom
	$(BIN)/lint-imports

dependencies: $(VENV)/dev.stamp ## Check that each declared dependency is used and each used one declared
	$(BIN)/deptry src

migrations: $(VENV)/dev.stamp ## Check the SQL of the migrations for what would stall a database in use
	$(BIN)/python scripts/check_migrations.py

openapi: $(VENV)/dev.stamp ## Write openapi/openapi.yaml anew from the code
	$(BIN)/python -m stedenband openapi > openapi/openapi.yaml.new
	mv openapi/openapi.yaml.new openapi/openapi.yaml

catalogs: $(VENV)/dev.stamp ## Add new sentences to the catalogs of translations, and drop those that are gone
	$(BIN)/python scripts/make_catalogs.py

openapi-current: $(VENV)/dev.stamp ## Check that openapi/openapi.yaml is what the code says
	$(BIN)/python -m stedenband openapi | diff -u openapi/openapi.yaml -

breaking: $(VENV)/dev.stamp ## Name every change of the contract that breaks clients; fail where CHANGELOG.md does not
	@$(BIN)/python -m scripts.check_contract --skipped $(SKIPPED)

belgif: ## Check the spec against the Belgian REST guide (needs SHARED)
	@if [ -x "$(SHARED)/tools/belgif-spectral/check" ]; then \
		"$(SHARED)/tools/belgif-spectral/check" --strict openapi/openapi.yaml; \
	else \
		echo "SKIPPED belgif: there is no $(SHARED)/tools/belgif-spectral" | tee -a $(SKIPPED); fi

tests: $(VENV)/dev.stamp
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest --cov --cov-report=term

faults: $(VENV)/dev.stamp ## Break processes, connections and the database under load, and tell what was measured (minutes)
	$(BIN)/python -m pytest -n 2 tests/faults

soak: $(VENV)/dev.stamp ## Send what was never sent: Schemathesis with a new seed, 100,000 generated bad inputs, long walks (about 25 minutes)
	$(BIN)/python -m scripts.try_schemathesis 300 new
	STEDENBAND_SOAK=1 $(BIN)/python -m pytest tests/contracts/test_generated_input.py tests/machine

corpus: $(VENV)/dev.stamp ## Send the whole corpus of bad inputs to every operation, of which a test run sends a part (about 20 minutes)
	STEDENBAND_SOAK=1 $(BIN)/python -m pytest tests/contracts/test_bad_input.py

typescript: $(VENV)/dev.stamp ## Make the TypeScript client, compile it and run it against a live server (needs npm)
	@if command -v npm >/dev/null; then \
		$(BIN)/python -m scripts.try_typescript_client; \
	else \
		echo "SKIPPED typescript: npm is not installed" | tee -a $(SKIPPED); fi

tus: $(VENV)/dev.stamp ## Send a file with the tus client from npm over a line that breaks (needs npm)
	@if command -v npm >/dev/null; then \
		$(BIN)/python -m scripts.try_tus_client; \
	else \
		echo "SKIPPED tus: npm is not installed" | tee -a $(SKIPPED); fi

walk: $(VENV)/dev.stamp ## Walk the rows of the contract against a live server, a line per row
	$(BIN)/python -m scripts.walk_contract

schemathesis: $(VENV)/dev.stamp ## Let Schemathesis try the contract on a live server for a minute, the same each time, with a key and without
	$(BIN)/python -m scripts.try_schemathesis

compose-smoke: ## Try docker-compose.yml for real (needs a Docker engine, or SHARED's rig)
	@if [ -x scripts/compose-smoke ] && [ -x "$(SHARED)/tools/container-rig/rig" ]; then \
		SHARED="$(SHARED)" scripts/compose-smoke; \
	else \
		echo "SKIPPED compose-smoke: there is no $(SHARED)/tools/container-rig" | tee -a $(SKIPPED); fi

bench: $(BENCH)/bench.stamp ## Measure the API side by side with its peers and write docs/performance.md (needs wrk; a quarter of an hour)
	@command -v wrk >/dev/null || scripts/install-debian-packages
	@exec $(BENCH)/bin/python -m bench --rounds "$(ROUNDS)" --scale "$(SCALE)" --shapes "$(SHAPES)"

bench-works: $(BENCH)/bench.stamp ## Check that the benchmark works, on a small register; its figures say nothing (needs wrk)
	@if command -v wrk >/dev/null; then \
		$(BENCH)/bin/python -m bench --quick; \
	else \
		echo "SKIPPED bench-works: wrk is not installed" | tee -a $(SKIPPED); fi

lock: $(VENV)/lock.stamp ## Write the lock files anew (newest versions that fit)
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --upgrade \
		--python-version 3.11 pyproject.toml --extra embedded --extra otel --extra pdf --extra redis --extra dev --output-file requirements-dev.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --upgrade \
		--python-version 3.11 pyproject.toml --extra embedded --extra pdf --extra redis --constraint requirements-dev.lock \
		--output-file requirements.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --upgrade \
		--python-version 3.11 pyproject.toml --extra pdf --extra redis --constraint requirements-dev.lock \
		--output-file requirements-image.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --upgrade \
		--python-version 3.11 --group pyproject.toml:build --constraint requirements-dev.lock \
		--output-file requirements-build.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --upgrade \
		--python-version 3.11 bench/requirements.in pyproject.toml --extra embedded --constraint requirements-dev.lock \
		--output-file bench/requirements.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --upgrade \
		--python-version 3.11 bench/requirements-parser.in --output-file bench/requirements-parser.lock
	! grep -nE '://' requirements*.lock bench/*.lock

clean: ## Remove what was installed and measured here; data folders stay
	rm -rf $(VENV) $(BENCH) .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -prune -exec rm -rf {} +

# Setting up. A stamp is as new as the lock it was made from, so the second time costs nothing. What is installed comes
# from a lock, with its hash; the package itself is built by what the build lock holds, without any download.

set-up: $(VENV)/dev.stamp ## Install everything, without running anything

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "stedenband needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$(PYTHON) cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; fi
	@echo "Setting up (once) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock requirements-build.lock pyproject.toml | $(VENV)/bin/python
	@$(INSTALL) --require-hashes -r requirements-build.lock
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@echo "Installing the development tools ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# The benchmark has an environment of its own: its peers are no part of the package. gunicorn's parser in C comes as source;
# where it cannot be built, all are measured with the one in Python.
$(BENCH)/bench.stamp: bench/requirements.lock bench/requirements-parser.lock requirements-build.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the benchmark ..."
	@$(BIN)/python -m venv $(BENCH)
	@$(BENCH)/$(INSTALL_THERE) --require-hashes -r requirements-build.lock
	@$(BENCH)/$(INSTALL_THERE) --require-hashes -r bench/requirements.lock
	@$(BENCH)/$(INSTALL_THERE) --no-build-isolation --require-hashes -r bench/requirements-parser.lock || \
		echo "gunicorn's parser in C could not be built; the one in Python is measured."
	@$(BENCH)/$(INSTALL_THERE) --no-build-isolation --editable .
	@touch $@

$(VENV)/lock.stamp: Makefile | $(VENV)/bin/python
	@$(BIN)/python -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check $(UV)
	@touch $@
