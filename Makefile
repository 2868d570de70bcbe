# make         synthesize dev, staging and prod, and say what stands where
# make test    everything that CI runs
# make demo    deploy all three to a local emulator of AWS, twice
# make matrix  who may do what in dev, as the policies decide
# make clean   remove what these installed and wrote
#
# Needs Go 1.26, Node.js with npm, and Python 3.11. Everything else is pinned and installed into this folder.

.PHONY: synth test demo matrix clean lint go fields race examples container properties strict assemblies templates names deployments workflows scripts images dags iam packs emulator need-go need-node need-python
.DEFAULT_GOAL := synth

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
# No credentials but the emulator's: nothing that is started here can reach a real account.
export AWS_ACCESS_KEY_ID := testing
export AWS_SECRET_ACCESS_KEY := testing
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true
unexport AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN
export CDK_DISABLE_CLI_TELEMETRY := true

TOOLS := node_modules/.installed
CHECK_TOOLS := checks/node_modules/.installed
PYTHON := .venv/bin/python
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
# Pure Go, without jsii: cheap to build for the race detector.
PURE := ./constructs/catalog ./constructs/environment ./internal/assembly ./internal/fault ./internal/key ./internal/made ./internal/names \
	./internal/policy ./internal/problem ./internal/props ./internal/schedule ./internal/summary ./internal/token ./internal/topic ./internal/verify

synth: need-go $(TOOLS)
	@cdk synth '**' --quiet --no-notices
	@go run ./internal/summary cdk.out

test: lint go fields race examples container properties strict templates names deployments workflows scripts images dags iam packs emulator
	@echo "Everything passed."

demo: strict $(CHECK_TOOLS) .venv/.installed checks/emulator/tries/.venv/.installed
	@$(PYTHON) checks/emulator/demo.py
	@echo; echo "A second emulator: a creation that fails, and the next"
	@checks/emulator/tries/.venv/bin/python checks/emulator/tries/tries.py

matrix: strict $(CHECK_TOOLS)
	@node checks/iam/matrix.js

clean:
	rm -rf cdk.out node_modules checks/node_modules .venv checks/airflow/.venv checks/airflow/v2/.venv checks/emulator/tries/.venv examples/training-container/.venv bin

# What CI runs, one target each.

lint: need-go
	@echo "== linters"
	@cd checks/lint && go build -o ../../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@bin/golangci-lint run ./...
	@cd checks/nag && ../../bin/golangci-lint run -c ../../.golangci.yml ./...

go: need-go $(TOOLS)
	@echo "== tests of the library and the reference app"
	@CDK_VALIDATION=false go test ./...

fields: need-go $(TOOLS)
	@echo "== every field, against AWS's models and with values that only the deployment knows"
	@CDK_VALIDATION=false go test ./constructs -run 'TestLimits|TestTokensInFields' -fields -timeout 20m

race: need-go
	@echo "== race detector"
	@if command -v cc >/dev/null; then go test -race $(PURE); else echo "skipped: the race detector needs a C compiler (cc)"; fi

examples: need-go $(TOOLS)
	@echo "== examples, as apps of strangers, strictly validated"
	@for e in examples/*/go.mod; do (cd $$(dirname $$e) && go test ./...) || exit 1; done

container: examples/training-container/.venv/.installed
	@echo "== the example training container, from its lock file"
	@cd examples/training-container && .venv/bin/python -B test_train.py

properties: need-go $(TOOLS) $(CHECK_TOOLS)
	@echo "== properties, over generated input"
	@cd checks/properties && CDK_VALIDATION=false go test -rapid.checks=40 -rapid.nofailfile ./...

strict: synth

# Examples whose templates are looked at besides those of the reference app.
ASSEMBLIES := complete-airflow complete-hyperpod complete-network complete-storage complete-supplychain complete-training two-teams

assemblies: strict
	@for e in $(ASSEMBLIES); do (cd examples/$$e && CDK_VALIDATION=false CDK_OUTDIR=cdk.out go run . 2>/dev/null) || exit 1; done

templates: assemblies .venv/.installed
	@echo "== cfn-lint, informational findings included"
	@.venv/bin/cfn-lint -c I -- cdk.out/assembly-*/*.template.json $(ASSEMBLIES:%=examples/%/cdk.out/*.template.json) && echo "no finding"

deployments: assemblies .venv/.installed
	@echo "== failed creations, second tries and changes, played"
	@$(PYTHON) checks/deployments/test_deployments.py
	@$(PYTHON) checks/deployments/test_references.py
	@AWS_DEFAULT_REGION=us-east-1 $(PYTHON) checks/deployments/test_functions.py

names: assemblies .venv/.installed
	@echo "== names and limits, held against AWS's own models"
	@$(PYTHON) checks/names/test_names.py
	@$(PYTHON) checks/models/limits.py --check
	@$(PYTHON) checks/models/hosts.py --check

workflows: assemblies $(CHECK_TOOLS) .venv/.installed checks/asl/strict/.venv/.installed
	@echo "== state machines, read by a strict parser and executed"
	@checks/asl/strict/.venv/bin/python checks/asl/strict/test_definitions.py
	@node --test --test-reporter=dot checks/asl/*.test.js

scripts: assemblies $(CHECK_TOOLS) .venv/.installed
	@echo "== build scripts, linted and run as CodeBuild would"
	@.venv/bin/shellcheck --shell=bash constructs/supplychain/scripts/*.sh constructs/hyperpod/scripts/*.sh checks/scripts/*.sh
	@node --test --test-concurrency=2 --test-reporter=dot checks/scripts/*.test.js

images: need-go
	@echo "== images, built and copied by Docker itself"
	@if command -v dockerd >/dev/null && docker buildx version >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then cd checks/images && go test ./...; \
		else echo "skipped: this needs dockerd, docker with buildx, and root"; fi

dags: assemblies checks/airflow/.venv/.installed checks/airflow/v2/.venv/.installed .venv/.installed
	@echo "== DAGs, parsed and run by Airflow, and the files beside them"
	@checks/airflow/.venv/bin/python checks/airflow/test_dags.py
	@PYTHONWARNINGS=ignore AIRFLOW__CORE__EXECUTOR=SequentialExecutor checks/airflow/v2/.venv/bin/python checks/airflow/test_dags.py
	@checks/airflow/.venv/bin/python checks/airflow/test_serverless.py
	@checks/airflow/.venv/bin/python checks/airflow/test_schedules.py
	@checks/airflow/v2/.venv/bin/python checks/airflow/test_schedules.py
	@$(PYTHON) checks/airflow/test_files.py

iam: assemblies $(CHECK_TOOLS) .venv/.installed
	@echo "== policies, simulated"
	@node --test --test-concurrency=2 --test-reporter=dot checks/iam/*.test.js

packs: need-go $(TOOLS)
	@echo "== cdk-nag: AwsSolutions, NIST 800-53 R5, HIPAA, PCI DSS"
	@cd checks/nag && CDK_VALIDATION=false go test

emulator: demo

# The tools. A stamp newer than its lock file means: installed.

$(TOOLS): package.json package-lock.json | need-node
	@echo "Installing the pinned Node.js and aws-cdk ..."
	@$(NPM_CI) >/dev/null
	@case "$$(node --version)" in v2[2-9].*|v[3-9]*) ;; *) \
		echo "Node.js $$(node --version) is too old, and the pinned one is for Linux only: install Node.js 22 or newer." >&2; exit 1;; esac
	@touch $@

$(CHECK_TOOLS): checks/package.json checks/package-lock.json | need-node
	@cd checks && $(NPM_CI) >/dev/null
	@touch $@

.venv/.installed: checks/requirements.txt | need-python
	@echo "Installing the emulator and cfn-lint ..."
	@rm -rf .venv && python3 -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r checks/requirements.txt
	@touch $@

checks/airflow/.venv/.installed checks/airflow/v2/.venv/.installed: %/.venv/.installed: %/requirements.txt | need-python
	@echo "Installing Airflow for $* ..."
	@cd $* && rm -rf .venv && python3 -m venv .venv && \
		.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

checks/asl/strict/.venv/.installed: checks/asl/strict/requirements.txt | need-python
	@echo "Installing the strict parser of state machines ..."
	@cd checks/asl/strict && rm -rf .venv && python3 -m venv .venv && \
		.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

checks/emulator/tries/.venv/.installed: checks/emulator/tries/requirements.txt | need-python
	@echo "Installing the second emulator ..."
	@cd checks/emulator/tries && rm -rf .venv && python3 -m venv .venv && \
		.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

examples/training-container/.venv/.installed: examples/training-container/requirements.txt | need-python
	@echo "Installing what the example container locks ..."
	@cd examples/training-container && rm -rf .venv && python3 -m venv .venv && \
		.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

need-go:
	@command -v go >/dev/null || { echo "Go is missing: install Go 1.26 or newer, https://go.dev/dl/" >&2; exit 1; }
need-node:
	@command -v npm >/dev/null && command -v node >/dev/null || \
		{ echo "Node.js with npm is missing: install Node.js 22 or newer, https://nodejs.org" >&2; exit 1; }
need-python:
	@python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python is missing: install Python 3.11 or newer with venv, https://www.python.org" >&2; exit 1; }
