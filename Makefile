# Everything siyu's developers and first users type. Needs Python 3.11 or newer and make, nothing else:
# each target makes .venv and installs what it needs, with the exact versions of constraints.txt.

PYTHON ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3 python,\
	$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DEMO_DIR ?= demo
# Programs and tests start many processes: what Python compiled for one of them is kept for the next (empty = not set).
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-slow lint bench docs clean

demo: $(VENV)/.base  ## a simulated brand, from raw exports to report.html
	$(BIN)/siyu demo --dir $(DEMO_DIR)

test: $(VENV)/.full  ## the suite
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slow: $(VENV)/.full  ## the long tests that CI runs beside it
	$(BIN)/pytest -n 2 --dist loadfile -m slow

lint: $(VENV)/.full  ## style, types and the direction of imports
	$(BIN)/ruff check --output-format concise .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(VENV)/.full  ## seconds, rows a second and memory of each step (SCALE=consumers)
	$(BIN)/python bench/run.py --consumers $(or $(SCALE),1000000)

docs: $(VENV)/.base  ## write docs/reference anew from the code
	$(BIN)/python -m siyu.cli.docs docs/reference

clean:  ## forget the environment and the demo
	rm -rf $(VENV) $(DEMO_DIR) build

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "siyu needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP) install --no-compile --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.full: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP) install --no-compile --constraint constraints.txt --editable '.[dev,spark,postgres]'
	@touch $@ $(VENV)/.base
