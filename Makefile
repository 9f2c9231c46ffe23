# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
# The front door. `make` alone prints what there is; every target sets the checkout up by itself.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# An activated environment of another checkout must not reach into this one.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME MICROPYPATH

SETUP := ./tools/setup/setup.sh
CANDOUR := .venv/bin/candour
PYTEST := .venv/bin/python -m pytest -n auto --dist loadgroup
FAST := not web and not slow and not device32
# make makes every failure a 2; what pytest said stands in out/pytest-exit, for .ci/run.
SAID = || { code=$$?; mkdir -p out; echo $$code >out/pytest-exit; exit $$code; }
LOCK := --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
UV = $$(ls -t "$${CANDOUR_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/candour}"/uv-*/bin/uv | head -n 1)

.PHONY: help setup demo test check lint bench vectors pins lock clean

help: ## Print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## Python packages in .venv and MicroPython; seconds once it is done
	@$(SETUP)

demo: setup ## A street recorded, docked, verified, stored and exported; then one byte flipped (ARGS=--keep)
	@$(CANDOUR) demo $(ARGS)

test: setup ## Tests that need uv and MicroPython alone (ARGS="-k name")
	@rm -f out/counts.json out/pytest-exit
	@$(PYTEST) -m "$(FAST)" $(ARGS) $(SAID)

check: ## What .ci/run runs: test, lint, types, then browser, slow and 32-bit tests
	@$(SETUP) --full
	@$(MAKE) test
	@$(MAKE) lint
	@./tools/setup/system.sh chromium lrzsz
	@$(PYTEST) -m "not ($(FAST))" $(ARGS) $(SAID)

lint: setup ## Format, lint, spelling and types
	.venv/bin/ruff format --check --quiet
	.venv/bin/ruff check --quiet
	.venv/bin/codespell
	.venv/bin/mypy --no-error-summary
	.venv/bin/basedpyright --level error

bench: setup ## Measure against the peers beside us; writes out/bench.json
	@./tools/setup/system.sh lrzsz
	@.venv/bin/python -m tools.bench $(ARGS)

vectors: setup ## Write the standards' vectors, the golden recordings and the bad ones again
	@.venv/bin/python -m tools.vectors.rfc
	@.venv/bin/python -m tools.vectors.good
	@.venv/bin/python -m tools.vectors.bad

pins: setup ## Write the firmware's pin modules again from hw/boards
	@.venv/bin/python -m hw.pins

lock: setup ## Resolve the dependencies again (ADR 0002)
	@uv=$(UV); \
	"$$uv" pip compile $(LOCK) pyproject.toml --output-file requirements.lock; \
	"$$uv" pip compile $(LOCK) pyproject.toml --extra demo --group dev \
	  --constraint requirements.lock --output-file requirements-dev.lock; \
	"$$uv" pip compile $(LOCK) --group stubs --output-file requirements-stubs.lock

clean: ## Remove what was made here; the cache outside the tree stays
	@rm -rf out .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
