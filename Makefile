# Every command of the project. `make help` lists them.
# Caches stay outside the checkout, so a fresh clone builds only what it must.
CACHE ?= $(HOME)/.cache/ubermench
export CACHE
export CARGO_TARGET_DIR ?= $(CACHE)/target
export TARGET = $(CARGO_TARGET_DIR)/debug
export IMAGES = $(CACHE)/images.json
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Which Kubernetes: `local` starts one on this machine, `current` takes the current kubectl context and images by name.
CLUSTER ?= local
NAMESPACE ?= ubermench
export NAMESPACE
# How many traces `sim` runs, and from which seed.
TRACES ?= 10000
SEED ?= 1
cluster := tests/cluster
ifeq ($(CLUSTER),local)
export KUBECONFIG := /var/lib/ubermench-cluster/etc/admin.conf
export PATH := $(CACHE)/cluster/bin:$(PATH)
endif
e2e_tests := $(foreach test,$(sort $(wildcard tests/tests/*.rs)),--test $(basename $(notdir $(test))))
cargo_test := cargo test --workspace --locked --quiet

.PHONY: help up down status test unit it e2e dev sim demo watch coverage bench check generate images cluster build fmt

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

up: ## Start Kubernetes, build, install the chart and the sample, wait until the bot answers
	@$(cluster)/deploy.sh

down: ## Remove all that `up` made
	@$(cluster)/down.sh

status: ## Show the local cluster and what runs in it
	@$(cluster)/status.sh

test: ## Everything: unit, integration, and the scenarios on the local Kubernetes
	@$(cluster)/test.sh

unit: ## Tests of the pure parts; no server, no container
	$(cargo_test) --lib --bins

it: ## Tests against a real PostgreSQL and Redis, started for the purpose
	@$(cluster)/install.sh
	$(cargo_test) --test it --test layers --test crd

e2e: ## Scenarios on the Kubernetes that `up` started; ONLY=name picks one file
	$(cargo_test) $(if $(ONLY),--test $(ONLY),$(e2e_tests)) -- --test-threads=1 --nocapture

dev: ## Bot and simulator as plain processes, restarted on change; no Kubernetes
	@tests/dev/dev.sh

sim: ## The operator in a world of faults, killed at every write: TRACES=500000 SEED=7
	SIM_TRACES=$(TRACES) SIM_SEED=$(SEED) cargo test --package ubermench-operator --locked --quiet --lib -- every_promise_holds --nocapture

demo: ## Play a whole booking on visible phones of the running local system
	@tests/dev/demo.sh

watch: ## Re-run the tests that a change touches
	@tests/dev/watch.sh

coverage: ## Lines that the tests of the bot run; fails below the thresholds
	@tests/dev/coverage.sh

bench: ## Speed and cost of the bot beside the prototype's figures; not part of test
	@tests/dev/bench.sh

check: ## Format, lints, documents, licences, generated files, chart, file sizes
	@.ci/check

generate: build ## Write the files that are generated from code: CRD, prepared queries
	$(TARGET)/ubermench-operator crd > crds/ubermenchdeployments.yaml
	cp crds/ubermenchdeployments.yaml charts/ubermench/files/crd.yaml
	bot/prepare-queries.sh

build: ## Compile everything once, tests included
	cargo build --workspace --all-targets --locked

images: build ## Make the images from what was built, and import them into the local cluster
	@$(cluster)/images.sh

cluster: ## Start only the local Kubernetes
	@$(cluster)/install.sh
	@$(cluster)/up.sh

fmt: ## Format the code
	cargo fmt --all
