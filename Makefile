# `make` sets everything up and runs the analysis; `make test` sets everything up and passes the tests.
PYTHON ?= python3
BIN := .venv/bin

# uv installs the same lock in a sixth of the time; `make UV=` does without it.
UV := $(if $(shell command -v uv 2>/dev/null),uv)
ifneq ($(UV),)
PYTHON_IN = $(1)/bin/python
CREATE = "$(UV)" venv --quiet --allow-existing --python $(PYTHON) $(1)
INSTALL = "$(UV)" pip install --quiet --python $(1)/bin/python
else
PYTHON_IN = $(1)/bin/pip
CREATE = $(PYTHON) -m venv $(1)
# Not bin/pip: its first line names the folder, in which there may be a quotation mark or a dollar.
INSTALL = $(1)/bin/python -m pip install --quiet --disable-pip-version-check
endif
FITS = -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'
LOCKED = $(call INSTALL,$(1)) --require-hashes -r
OURS = $(call INSTALL,$(1)) --no-build-isolation --no-deps --editable .

.DEFAULT_GOAL := reports
.PHONY: reports setup setup-test test test-slow lint wheel check bench reconstruct audit clean

reports: setup
	@$(BIN)/python -m smartcity_survey run

setup: .venv/installed

setup-test: .venv/installed-test

$(call PYTHON_IN,.venv):
	@$(PYTHON) $(FITS) 2>/dev/null || { \
		echo "Python 3.11 to 3.14 is needed; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there)."; \
		for one in python3.14 python3.13 python3.12 python3.11; do \
			if $$one $(FITS) 2>/dev/null; then echo "Try: make PYTHON=$$one"; exit 1; fi; \
		done; \
		echo "None of them is here. Install one, then: make PYTHON=python3.12"; exit 1; }
	@$(call CREATE,.venv) || { rm -rf .venv; $(MAKE) --no-print-directory venv-support && $(call CREATE,.venv); }

# Debian keeps the part of venv that brings pip in a package of its own.
.PHONY: venv-support
venv-support:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
	else \
		echo "This Python cannot make environments. On Debian: sudo apt-get install python3-venv"; exit 1; \
	fi

.venv/installed: $(call PYTHON_IN,.venv) requirements.lock pyproject.toml
	@echo "Installing (once, a minute or two) ..."
	@$(call LOCKED,.venv) requirements.lock
	@$(call OURS,.venv)
	@touch $@

# With the tools of the reconstruction, whose tests are skipped where they are missing.
.venv/installed-test: .venv/installed requirements-test.lock requirements-reconstruct.lock
	@$(call LOCKED,.venv) requirements-test.lock
	@$(call LOCKED,.venv) requirements-reconstruct.lock
	@touch $@

# With bytecode: the tests start hundreds of processes, and where none is kept each compiles what it imports.
test: setup-test
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -m "not slow" -n logical --maxprocesses 4 --dist loadfile

# Snakemake's plugin for Slurm stands apart: Snakemake imports every plugin it finds, and this one fails where Slurm is not.
.venv/cluster/installed: .venv/installed tests/cluster/plugin.lock
	@$(call INSTALL,.venv) --no-deps --require-hashes --upgrade --target .venv/cluster -r tests/cluster/plugin.lock
	@touch $@

.PHONY: test-cluster
test-cluster: setup-test .venv/cluster/installed
	@$(BIN)/python -m pytest tests/cluster

test-slow: setup-test
	@$(BIN)/python -m pytest -m slow

lint: setup-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -m snakefmt --check Snakefile rules
	$(BIN)/python tests/lint_workflow.py

# Pages and files that are written from the code: tests hold each to what its command writes.
.PHONY: generated
generated: setup-test
	@for one in rooms options project.test_limits docs.architecture docs.glossary; do $(BIN)/python -m tests.$$one; done

# A package beside this program, whose environment has no pip where uv made it: make add WHAT=pyarrow
.PHONY: add
add: setup
	@test -n "$(WHAT)" || { echo "Say which package: make add WHAT=pyarrow"; exit 1; }
	@$(call INSTALL,.venv) $(WHAT)

# One file that installs without a checkout, and the source it is built from.
wheel: setup
	@$(BIN)/python -m hatchling build

# A page in place of the terminal: make studio STUDY=folder, of a study or of one to be begun.
STUDY ?= my-study
.PHONY: studio
studio: .venv/installed-studio
	@$(BIN)/smartcity-survey studio "$(STUDY)"

.venv/installed-studio: .venv/installed requirements-studio.lock
	@$(call LOCKED,.venv) requirements-studio.lock
	@touch $@

check: setup
	@$(BIN)/python -m smartcity_survey check

audit: setup
	@$(BIN)/python -m smartcity_survey audit data/published --fail-on never

# The locks anew, of what pyproject.toml and the files .in ask for, by uv: one set of versions for all three of ours.
COMPILE = @uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url
OURS_IN = pyproject.toml build/builders.in
OURS_AT = --generate-hashes --constraint build/versions.txt
.PHONY: lock
lock:
	@command -v uv >/dev/null || { echo "The locks are written by uv, which is not there."; exit 1; }
	@mkdir -p build && printf '%s\n' 'hatchling>=1.27' 'editables>=0.5' >build/builders.in
	@rm -f build/versions.txt
	$(COMPILE) $(OURS_IN) --all-extras --output-file build/versions.txt >/dev/null
	$(COMPILE) $(OURS_AT) $(OURS_IN) --extra crosscheck --upgrade --output-file requirements.lock >/dev/null
	$(COMPILE) $(OURS_AT) $(OURS_IN) --extra crosscheck --extra studio --extra test --upgrade --output-file requirements-test.lock >/dev/null
	$(COMPILE) $(OURS_AT) $(OURS_IN) --extra reconstruct --upgrade --output-file requirements-reconstruct.lock >/dev/null
	$(COMPILE) $(OURS_AT) $(OURS_IN) --extra studio --upgrade --output-file requirements-studio.lock >/dev/null
	$(COMPILE) --generate-hashes requirements-docs.in --upgrade --output-file requirements-docs.lock >/dev/null
	$(COMPILE) --generate-hashes benchmarks/requirements.in --upgrade --output-file benchmarks/requirements.lock >/dev/null
	$(COMPILE) --generate-hashes tests/cluster/plugin.in --no-deps --upgrade --output-file tests/cluster/plugin.lock >/dev/null

# Known flaws of the locked versions, where an index of packages can be asked for them.
.PHONY: flaws
flaws: .venv-flaws/installed
	@.venv-flaws/bin/python tests/known_flaws.py

# The newest, not a locked one: it knows most.
.venv-flaws/installed:
	@$(call CREATE,.venv-flaws)
	@$(call INSTALL,.venv-flaws) pip-audit || { echo "pip-audit cannot be had: no index of packages can be reached."; exit 1; }
	@touch $@

# Every reader with bytes that take it new ways; FUZZ_SECONDS for each. What is found stands in build/fuzz.
FUZZ_SECONDS ?= 600
.PHONY: fuzz
fuzz: .venv-fuzz/installed
	@mkdir -p build/fuzz
	@for one in tests/fuzzing/corpus/*/; do \
		echo "== $$(basename $$one)"; \
		nice -n 19 .venv-fuzz/bin/python -m tests.fuzzing.run $$(basename $$one) $(FUZZ_SECONDS) || exit 1; \
	done

.venv-fuzz/installed: requirements-test.lock pyproject.toml
	@$(call CREATE,.venv-fuzz)
	@$(call LOCKED,.venv-fuzz) requirements-test.lock
	@$(call OURS,.venv-fuzz)
	@$(call INSTALL,.venv-fuzz) atheris
	@touch $@

# The packages ours are timed against need older libraries, so they live in an environment of their own.
.venv-bench/installed: benchmarks/requirements.lock
	@echo "Installing the packages to compare with (once, a minute) ..."
	@$(call CREATE,.venv-bench)
	@$(call LOCKED,.venv-bench) benchmarks/requirements.lock
	@touch $@

bench: setup .venv-bench/installed
	@$(BIN)/python benchmarks/profile_run.py
	@$(BIN)/python benchmarks/bench.py

# Time and memory of the numeric core by size: a quarter of an hour.
.PHONY: growth
growth: setup
	@$(BIN)/python benchmarks/growth.py

# The documentation as a site, by tools of its own; once these are there, nothing is fetched, neither to build it nor to
# read it. Not --quiet: what MkDocs does not tell, it does not count as a warning.
.PHONY: docs
docs: .venv-docs/installed
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/python -m mkdocs build --strict
	@echo "Open build/docs/index.html. To search the pages: $(PYTHON) -m http.server --directory build/docs --bind 127.0.0.1"

.venv-docs/installed: requirements-docs.lock
	@$(PYTHON) -m venv .venv-docs
	@.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

# Builds a survey from the printed numbers, with tools of its own: a quarter to half an hour.
reconstruct: .venv-reconstruct/installed
	@.venv-reconstruct/bin/python -m smartcity_survey reconstruct "$(or $(STUDY),.)" --out "$(or $(STUDY),.)/build/reconstructed"

# What the printed tables leave open: ends of sets and whole surveys near them; hours, and goes on where it was.
# Of another study: make bounds STUDY=its/folder MORE="--only H5"
bounds: .venv-reconstruct/installed
	@.venv-reconstruct/bin/python -m smartcity_survey bounds "$(or $(STUDY),.)" $(MORE)

.venv-reconstruct/installed: requirements-reconstruct.lock pyproject.toml
	@$(call CREATE,.venv-reconstruct)
	@$(call LOCKED,.venv-reconstruct) requirements-reconstruct.lock
	@$(call OURS,.venv-reconstruct)
	@touch $@

clean:
	rm -rf .snakemake .mypy_cache .ruff_cache .pytest_cache .hypothesis
