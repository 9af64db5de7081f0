# Everything a newcomer needs: `make demo`, `make test`. Only make and Python 3.11 or newer are assumed.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.up-to-date
# Three workers on two cores: many tests wait for a server, a child or a clock; those of the quick loop wait for nothing.
# Workers are the parallelism, so each computes with one thread; and no child compiles again what another has compiled.
PYTEST = PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations 10
LONG ?= long
.DEFAULT_GOAL := help

help:            ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

setup: $(STAMP)  ## the virtual environment in .venv, from the lock

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (found: $$($(PYTHON) -V)); name one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make virtual environments. On Debian: apt install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet "uv==$$(cat .uv-version)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirement requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup      ## the whole job against the demo press, once
	@$(BIN)/diembao demo

quick: setup     ## style, types, layers, and the tests without a server, a browser or other data: the loop of a change
	@$(MAKE) --no-print-directory check
	@$(PYTEST) -n 2 --hypothesis-profile quick -m "not (slow or server or browser or shared or long)"

test: setup      ## every test but the long ones, the slowest named at the end
	@$(PYTEST) -m "not long"

long: setup      ## what takes minutes, needs PostgreSQL or an office program, or the program as it is installed (LONG="postgres or office or wheel or browser or kill" chooses)
	@$(PYTEST) -m "long and ($(LONG))"

campaigns: setup ## by hand: thirty days of faults and kills, a million articles; each prints its seed
	@$(BIN)/python -m tests.way.soak $(SOAK)
	@$(BIN)/python -m bench search --n 1000000

screenshots: setup ## every page of the web archive as a picture in demo-out/pages
	@DIEMBAO_SCREENSHOTS=demo-out/pages DIEMBAO_BROWSER=required $(BIN)/python -m pytest -q tests/web/test_browser.py -k every_page_can

guide: demo      ## the pictures of docs/so-su-viec.md, out of the demo
	@$(BIN)/python -m tests.support.pictures

picture: setup   ## the rooms and their imports, drawn into docs/house.svg
	@$(BIN)/python -m tests.house.picture

check: setup     ## style, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

audit: setup     ## are the pinned packages known to be vulnerable?
	@$(BIN)/python .ci/audit.py

soak: setup      ## thirty days of faults, kills and wrong clocks in under twenty minutes; prints its seed (SOAK="--seed 7")
	@$(BIN)/python -m tests.way.soak $(SOAK)

bench: setup     ## every benchmark, ours against the bare library in the same run
	@$(BIN)/python -m bench --all

format: setup    ## put the code into form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: setup      ## resolve the dependencies anew (names no index host)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --group dev --output-file requirements.lock $(LOCKFLAGS)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --constraint requirements.lock --output-file deploy/requirements.lock

clean:           ## everything that was made here
	rm -rf .venv demo-out bench-out build *.egg-info

.PHONY: help setup demo quick test long campaigns screenshots guide picture check audit soak bench format lock clean
