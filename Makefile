# make         synthesize dev, staging and prod, and say what stands where
# make test    everything that CI runs
# make demo    deploy all three to a local emulator of AWS, twice
#
# Needs Go, Node.js with npm, and Python 3.11. Everything else is pinned and installed into this folder.

SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
# Never a real account: whatever this Makefile starts has no credentials but the emulator's.
export AWS_ACCESS_KEY_ID := testing
export AWS_SECRET_ACCESS_KEY := testing
export AWS_SESSION_TOKEN :=
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true
unexport AWS_PROFILE AWS_DEFAULT_PROFILE

NODE_TOOLS := node_modules/.installed
CHECK_TOOLS := checks/node_modules/.installed
PYTHON_TOOLS := .venv/.installed
