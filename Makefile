# Only make and python3 (3.11 or newer, with venv) are needed. `make run` tries it, `make test` proves it.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
# Installers and machines that write no bytecode make every start three times slower.
COMPILE := $(BIN)/python -m compileall -q

.PHONY: help run test browser bench chaos pictures docs lint types ui constraints clean

help:  ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/run  ## The sandbox in the browser; with tokens in .env, the bot
	@$(COMPILE) bot handlers models
	@$(BIN)/crm start $(ARGS)

test: .venv/dev  ## Every test that needs no browser, on SQLite and on PostgreSQL (ARGS="-k lead" for some)
	@$(COMPILE) bot handlers models
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --dist worksteal $(ARGS)

browser: .venv/dev  ## The tests in Chromium
	$(BIN)/pytest -m browser tests/browser $(ARGS)

bench: .venv/dev  ## Ratios against the floor, as a table and as build/bench.json
	@$(COMPILE) bot handlers models
	$(BIN)/python -m tests.bench $(ARGS)

chaos: .venv/dev  ## Power failures, outages and repetitions on real processes: what is lost (ARGS="--only kill --quick")
	@$(COMPILE) bot handlers models
	$(BIN)/python -m tests.chaos $(ARGS)

pictures: .venv/dev  ## Take the pictures of the documents
	$(BIN)/python -m tests.browser.pictures docs/pictures

docs: .venv/run  ## Bring the tables of the documents up to date with the code
	$(BIN)/python -m tests.docs

lint: .venv/dev  ## Style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev  ## Types
	$(BIN)/mypy

ui:  ## Build the sandbox's page (for developers; needs npm)
	cd bot/sandbox/ui && npm install --no-package-lock --no-audit --no-fund && npm run build

constraints:  ## Try the newest versions and write down which they are
	rm -rf build/newest && $(PYTHON) -m venv build/newest
	build/newest/bin/python -m pip --disable-pip-version-check install --quiet --editable '.[dev]'
	{ echo '# Exact versions known to work together, written by `make constraints`.'; \
	  build/newest/bin/python -m pip freeze --exclude-editable; } > constraints.txt

clean:  ## Remove what can be made again
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find bot handlers models tests -name __pycache__ -prune -exec rm -rf {} +

# The files below say that an installation is complete and fits these two.
.venv/run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; found = sys.version.split()[0]; sys.exit(sys.version_info < (3, 11) and \
	  "Rapport needs Python 3.11 or newer; %s is %s. Try: make run PYTHON=python3.12" % (sys.executable, found))'
	@echo 'Setting up .venv, once'
	@$(PYTHON) -m venv .venv
	@$(PIP) --editable .
	@$(COMPILE) .venv/lib
	@touch $@

.venv/dev: .venv/run
	@echo 'Adding what the tests need, once'
	@$(PIP) --editable '.[dev]'
	@$(COMPILE) .venv/lib
	@touch $@
