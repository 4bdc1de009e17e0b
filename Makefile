# What can be done here: make help

SWIFT ?= swift
PACKAGES = libdw-dev libelf-dev libunicorn-dev libssl-dev libarchive-dev libzstd-dev liblz4-dev liblzma-dev libbz2-dev liblzo2-dev zlib1g-dev libbpf-dev \
  pkg-config dwarves bpftool dwz gcc gzip
# What a kernel's own make needs.
KERNEL_PACKAGES = git make gcc libc6-dev bc bison flex libelf-dev libssl-dev xz-utils
CACHE = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ctxabi
TEST_KERNELS = $(CACHE)/test-kernels
TEST_TREE = $(CACHE)/test-trees/linux-6.12
SUITE = $(shell . /etc/os-release; echo $$VERSION_CODENAME)
ARCHITECTURE = $(shell dpkg --print-architecture)
# As root apt needs no sudo.
AS_ROOT = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
AUDIT = .build/audit

.PHONY: help prerequisites build kernels test unit-test audit baselines reports bench fuzz tree mutants check bench-tree

help: ## Lists the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' Makefile | column -t -s '|'

prerequisites: ## Installs the Debian packages that are missing
	@missing=; for package in $(sort $(PACKAGES) $(KERNEL_PACKAGES)); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  $(AS_ROOT) apt-get update || true; \
	  DEBIAN_FRONTEND=noninteractive $(AS_ROOT) apt-get install -y --no-install-recommends $$missing; \
	fi

build: prerequisites ## Builds .build/release/ctxabi
	$(SWIFT) build -c release --product ctxabi

kernels: prerequisites ## Fetches the kernels that tests run on (5 packages, 1 GB)
	@scripts/fetch-test-kernels $(TEST_KERNELS)

tree: prerequisites ## Fetches the kernel tree that tests run on (Linux 6.12, 150 MB)
	@scripts/fetch-tree trixie 6.12 $(TEST_TREE)

test: prerequisites kernels tree ## Runs every test
	$(SWIFT) build -c release --build-tests
	CTXABI_TEST_KERNELS=$(TEST_KERNELS) CTXABI_TEST_TREE=$(TEST_TREE) $(SWIFT) test -c release --skip-build --disable-xctest

unit-test: prerequisites ## Runs the tests that need no kernel
	$(SWIFT) build -c release --build-tests
	$(SWIFT) test -c release --skip-build --disable-xctest --skip RealKernelTests --skip RealTreeTests

mutants: build tree ## Counts what is said of small changes to a kernel tree (docs/mutants.md; about half an hour)
	@command -v abidiff >/dev/null || echo 'abidiff (package abigail-tools) is not installed: the table leaves it out' >&2
	scripts/mutants $(TEST_TREE) --program .build/release/ctxabi --work $(CACHE)/mutants --table docs/mutants.md

check: build ## Checks the kernel tree KERNEL=TREE: with BASE=REVISION each commit since, else against the nearest baseline
	@[ -n '$(KERNEL)' ] || { echo 'make check KERNEL=TREE [BASE=REVISION]' >&2; exit 64; }
	@.build/release/ctxabi check '$(KERNEL)' $(if $(BASE),--base '$(BASE)' --each)

bench-tree: build tree ## Measures how long checks of a kernel tree take
	@scripts/bench-tree $(TEST_TREE) .build/release/ctxabi

audit: build ## Judges KERNEL=PATH (by default the newest Debian cloud kernel) against the nearest baseline
	@set -e; kernel='$(KERNEL)'; \
	if [ -z "$$kernel" ]; then \
	  echo 'fetching the newest cloud kernel of $(SUITE)' >&2; \
	  kernel=$$(scripts/fetch-kernel $(SUITE) $(ARCHITECTURE) | grep '/vmlinux-'); \
	fi; \
	mkdir -p $(AUDIT); result=$(AUDIT)/$$(basename "$$kernel"); \
	.build/release/ctxabi snapshot "$$kernel" -o "$$result.json"; \
	.build/release/ctxabi show "$$kernel" --context __sk_buff; \
	status=0; \
	.build/release/ctxabi check "$$result.json" --report html="$$result.html" || status=$$?; \
	echo "the context ABI of $$kernel: $$result.json" >&2; \
	echo "the report: $$result.html" >&2; \
	exit $$status

baselines: build ## Makes the committed baselines again from Debian's packages, and compares them
	@scripts/make-baselines

reports: build ## Writes Reports/ anew from the baselines
	@scripts/make-reports

bench: build kernels ## Measures speed and memory beside pahole and bpftool
	@scripts/bench $(TEST_KERNELS)

fuzz: prerequisites ## Fuzzes the readers of types, symbols, images and snapshots, SECONDS=60 each
	@Fuzz/run $(or $(SECONDS),60)
