# Two commands for everybody: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8050
PIP     = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help setup setup-dev browser demo test soak mutation check bench docs pins clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk 'BEGIN {FS = ":.*## "} {printf "  make %-10s %s\n", $$1, $$2}'

# A stamp per set of pins: a second run finds its stamp newer than the pins and starts at once.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml
	@echo "[1/3] virtual environment"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "[2/3] packages (about a minute the first time)"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@echo "[3/3] buurtbeeld itself"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "[+] packages for tests"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.runtime ## make the environment, nothing else

setup-dev: $(VENV)/.dev

browser: $(VENV)/.dev
	@$(BIN)/python tests/browser/find_chromium.py --install

demo: $(VENV)/.runtime ## load the sample municipalities and serve them on PORT (8050)
	@$(BIN)/buurtbeeld demo --port $(PORT)

test: browser ## everything: environment, browser, the whole suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

soak: browser ## the same tests, longer (500 publishes, 10,000 inputs)
	@BUURTBEELD_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

mutation: $(VENV)/.dev ## put small faults into disclosure, gate and statistics; which go unnoticed? (hours)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.mutation

check: $(VENV)/.dev ## ruff, types, who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: browser ## measure side by side, hold it against bench/goals.toml
	@$(BIN)/python -m bench

docs: browser ## make the dated page of screenshots again
	@$(BIN)/python -m docs.screenshots

pins: ## compile the pins again (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header requirements/dev.in -o requirements/dev.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header -c requirements/dev.txt requirements/runtime.in -o requirements/runtime.txt

clean: ## remove the environment and the demo's warehouse
	@rm -rf $(VENV) warehouse
