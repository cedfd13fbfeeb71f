# Two commands do all the set-up: `make demo` shows the tool, `make test` is the whole gate.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test lint types format unit faults stores pythons bench schemas docs pictures site golden lock audit clean

demo: $(INSTALLED)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

# The type checker and the site take one core each.
test: lint
	@$(MAKE) --no-print-directory -j2 types site
	@$(MAKE) --no-print-directory unit

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

# Compiled once for all the processes of the tests, whatever the environment wants.
unit: $(INSTALLED)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto -m "not wide"

# The wide fault matrix: every call and every file operation, refused, lost and killed.
faults: $(INSTALLED) stores
	$(BIN)/python -m pytest -n auto -m wide -rA

# The object stores of `make faults`; what cannot be installed is skipped there, by name.
STORES := $(VENV)-stores
stores: $(STORES)/.installed

$(STORES)/.installed: requirements-stores.lock
	$(PYTHON) -m venv $(STORES)
	$(STORES)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-stores.lock
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(STORES) azurite@3.37.0 \
		|| echo "== azurite needs npm, and is not tested"
	@touch $@

# The tests on every Python that is supported and found here, each in an environment of its own.
pythons:
	@for version in 3.11 3.12 3.13; do \
		if python$$version -c "" 2>/dev/null; then \
			echo "== python$$version"; \
			$(MAKE) --no-print-directory unit PYTHON=python$$version VENV=$(VENV)-$$version || exit 1; \
		else \
			echo "== python$$version is not found here, and not tested"; \
		fi; \
	done

bench: $(INSTALLED)
	$(BIN)/python benchmarks/bench.py

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: $(INSTALLED)
	$(BIN)/shopform schema project > schemas/project.schema.json
	$(BIN)/shopform schema state > schemas/state.schema.json
	$(BIN)/shopform schema plan > schemas/plan.schema.json

docs: $(INSTALLED)
	$(BIN)/python docs/generate.py

# The documentation as a site in build/site; a dead link or a page without a place fails it.
site: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# The pictures of the README, which need chromium; looked at by people, and no part of the gate.
pictures: $(INSTALLED)
	$(BIN)/python docs/pictures.py

golden: $(INSTALLED)
	$(BIN)/python -m pytest tests/golden --update-golden

lock: $(INSTALLED)
	$(BIN)/python -m uv pip compile --universal --generate-hashes --extra dev --python-version 3.11 \
		--custom-compile-command "make lock" -q pyproject.toml -o requirements.lock
	$(BIN)/python -m uv pip compile --universal --generate-hashes --extra remote --extra build --python-version 3.11 \
		--custom-compile-command "make lock" -q --constraint requirements.lock pyproject.toml -o requirements-run.lock
	$(BIN)/python -m uv pip compile --universal --generate-hashes --python-version 3.11 \
		--custom-compile-command "make lock" -q requirements-stores.in -o requirements-stores.lock

# Known vulnerabilities of what is locked. It fails too where the advisories cannot be reached.
audit: $(INSTALLED)
	$(BIN)/python -m uv tool run "pip-audit>=2.9" --strict --require-hashes --disable-pip \
		--progress-spinner off --requirement requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-3.* $(VENV)-stores .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
