# What can be done here: make help

SWIFT ?= swift
PACKAGES = libdw-dev libelf-dev libunicorn-dev libssl-dev libarchive-dev libzstd-dev liblz4-dev liblzma-dev libbz2-dev liblzo2-dev zlib1g-dev libbpf-dev \
  pkg-config dwarves bpftool dwz gcc gzip
CACHE = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ctxabi
TEST_KERNELS = $(CACHE)/test-kernels
SUITE = $(shell . /etc/os-release; echo $$VERSION_CODENAME)
ARCHITECTURE = $(shell dpkg --print-architecture)
# As root apt needs no sudo.
AS_ROOT = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
AUDIT = .build/audit
PREFIX = /usr/local

.PHONY: help prerequisites build install kernels test unit-test audit

help: ## Lists the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' Makefile | column -t -s '|'

prerequisites: ## Installs the Debian packages that are missing
	@missing=; for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  $(AS_ROOT) apt-get update || true; \
	  DEBIAN_FRONTEND=noninteractive $(AS_ROOT) apt-get install -y --no-install-recommends $$missing; \
	fi

build: prerequisites ## Builds .build/release/ctxabi
	$(SWIFT) build -c release --product ctxabi

install: build ## Installs program, manual page and completions under PREFIX=/usr/local
	install -D -m 755 .build/release/ctxabi "$(DESTDIR)$(PREFIX)/bin/ctxabi"
	install -D -m 644 docs/ctxabi.1 "$(DESTDIR)$(PREFIX)/share/man/man1/ctxabi.1"
	@set -e; share='$(DESTDIR)$(PREFIX)/share'; \
	complete() { \
	  mkdir -p "$$(dirname "$$share/$$2")"; \
	  .build/release/ctxabi --generate-completion-script "$$1" >"$$share/$$2"; \
	  echo "completion for $$1: $$share/$$2"; \
	}; \
	complete bash bash-completion/completions/ctxabi; \
	complete zsh zsh/site-functions/_ctxabi; \
	complete fish fish/vendor_completions.d/ctxabi.fish

kernels: prerequisites ## Fetches the kernels that tests run on (5 packages, 1 GB)
	@scripts/fetch-test-kernels $(TEST_KERNELS)

test: prerequisites kernels ## Runs every test
	$(SWIFT) build -c release --build-tests
	CTXABI_TEST_KERNELS=$(TEST_KERNELS) $(SWIFT) test -c release --skip-build --disable-xctest

unit-test: prerequisites ## Runs the tests that need no kernel
	$(SWIFT) build -c release --build-tests
	$(SWIFT) test -c release --skip-build --disable-xctest --skip RealKernelTests

audit: build ## Extracts the context ABI of KERNEL=PATH, by default of the newest Debian cloud kernel
	@set -e; kernel='$(KERNEL)'; \
	if [ -z "$$kernel" ]; then \
	  echo 'fetching the newest cloud kernel of $(SUITE)' >&2; \
	  kernel=$$(scripts/fetch-kernel $(SUITE) $(ARCHITECTURE) | grep '/vmlinux-'); \
	fi; \
	mkdir -p $(AUDIT); \
	.build/release/ctxabi snapshot "$$kernel" -o $(AUDIT)/$$(basename "$$kernel").json; \
	.build/release/ctxabi show "$$kernel"; \
	echo "the snapshot of $$kernel is $(AUDIT)/$$(basename "$$kernel").json" >&2
