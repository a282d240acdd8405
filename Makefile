# `make help` says what there is. Needed: Rust 1.95, a C compiler, Python 3.10 or newer. The rest is set up by itself.

BIN := .venv/bin
# One profile and one set of features for all: each artifact is built once. `cargo check` shares none of them.
CARGO_FLAGS := --release --locked

export INSTA_UPDATE := no

.PHONY: help test setup build fmt fmt-check lint test-rust test-python test-wheel test-web blueprints bench
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# One after another; but the set-up, which mostly waits for the network, beside the first build.
test: ## all tests, and the set-up that they need
	@scripts/setup compiler
	cargo fmt --check
	@scripts/setup & setup=$$!; scripts/lint $(CARGO_FLAGS) || { kill $$setup; exit 1; }; wait $$setup
	@$(MAKE) --no-print-directory fmt-check
	@$(MAKE) --no-print-directory test-web
	@$(MAKE) --no-print-directory test-rust
	@$(MAKE) --no-print-directory test-python
	@$(MAKE) --no-print-directory test-wheel

setup: ## the Python environment in .venv, and Chromium where apt-get can install it
	@scripts/setup

build: ## the program in target/release/repolis, the examples and the Python module
	cargo build $(CARGO_FLAGS) --lib --bins --examples

test-rust: ## unit tests, and the program on small repositories (tests/it)
	@scripts/test-rust $(CARGO_FLAGS)

test-python: setup build ## Rerun's own tools on recordings, the commands of the docs, the page in Chromium
	@scripts/test-python

test-wheel: setup ## the wheel that pip builds, on every CPython that is here
	@scripts/test-wheel

test-web: ## types of web/*.js, where npm is
	@scripts/test-web

fmt: setup ## formats the sources
	cargo fmt
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

fmt-check: setup
	cargo fmt --check
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .

lint: ## clippy, and the program built
	@scripts/lint $(CARGO_FLAGS)

blueprints: ## writes the layouts under blueprints/ anew
	REPOLIS_BLESS=1 cargo test $(CARGO_FLAGS) --test it blueprints

bench: setup build ## speed beside other tools, as docs/performance.md shows it
	$(BIN)/python benches/run.py
