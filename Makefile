# What can be done here: make help

SWIFT ?= swift
PACKAGES = libdw-dev libelf-dev libunicorn-dev libssl-dev libarchive-dev libzstd-dev liblz4-dev liblzma-dev \
  libbz2-dev liblzo2-dev zlib1g-dev libbpf-dev libz3-dev pkg-config
# What tests compare with, or make their inputs with.
TEST_PACKAGES = dwarves bpftool dwz gcc gzip bzip2 xz-utils zstd lz4 lzop binutils chromium python3 python3-jsonschema bubblewrap
# What a kernel's own make needs.
KERNEL_PACKAGES = git make gcc libc6-dev bc bison flex libelf-dev libssl-dev xz-utils
CACHE = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ctxabi
TEST_KERNELS = $(CACHE)/test-kernels
TEST_TREE = $(CACHE)/test-trees/linux-6.12
# A kernel of that version, for its types.
TYPES_OF_TREE = $$(ls $(TEST_KERNELS)/vmlinux-6.12.95+*)
TEST_OBJECTS = $(CACHE)/test-objects
SUITE = $(shell . /etc/os-release; echo $$VERSION_CODENAME)
ARCHITECTURE = $(shell dpkg --print-architecture)
# As root apt needs no sudo.
AS_ROOT = $(shell [ "$$(id -u)" = 0 ] || echo sudo)
AUDIT = .build/audit
PREFIX = /usr/local

.PHONY: help prerequisites test-prerequisites build install kernels test unit-test audit baselines reports bench fuzz tree mutants check corpus oracle objects

help: ## Lists the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' Makefile | column -t -s '|'

# Installs those of the packages $(1) that are missing.
define install_missing
	@missing=; for package in $(sort $(1)); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  $(AS_ROOT) apt-get update || true; \
	  DEBIAN_FRONTEND=noninteractive $(AS_ROOT) apt-get install -y --no-install-recommends $$missing; \
	fi
endef

prerequisites: ## Installs the Debian packages that are missing
	$(call install_missing,$(PACKAGES) $(KERNEL_PACKAGES))

test-prerequisites: prerequisites
	$(call install_missing,$(TEST_PACKAGES))

build: prerequisites ## Builds .build/release/ctxabi
	$(SWIFT) build -c release --product ctxabi

# Without the toolchain's libraries, which are not where programs are installed.
install: prerequisites ## Installs program, manual page and completions under PREFIX=/usr/local
	$(SWIFT) build -c release --product ctxabi --static-swift-stdlib --scratch-path .build-install
	install -D -s -m 755 .build-install/release/ctxabi "$(DESTDIR)$(PREFIX)/bin/ctxabi"
	install -D -m 644 docs/ctxabi.1 "$(DESTDIR)$(PREFIX)/share/man/man1/ctxabi.1"
	@set -e; share='$(DESTDIR)$(PREFIX)/share'; \
	complete() { \
	  mkdir -p "$$(dirname "$$share/$$2")"; \
	  .build-install/release/ctxabi --generate-completion-script "$$1" >"$$share/$$2"; \
	  echo "completion for $$1: $$share/$$2"; \
	}; \
	complete bash bash-completion/completions/ctxabi; \
	complete zsh zsh/site-functions/_ctxabi; \
	complete fish fish/vendor_completions.d/ctxabi.fish

kernels: prerequisites ## Fetches the kernels that tests run on (7 packages, 1 GB)
	@scripts/fetch-test-kernels $(TEST_KERNELS)

tree: prerequisites ## Fetches the kernel tree that tests run on (Linux 6.12, 150 MB)
	@scripts/fetch-tree trixie 6.12 $(TEST_TREE)

objects: test-prerequisites kernels tree ## Compiles those of the kernel's BPF selftests that say what a verifier makes of them
	@scripts/compile-selftests $(TEST_TREE) $(TYPES_OF_TREE) $(TEST_OBJECTS) 'verifier_*'

test: test-prerequisites kernels tree objects ## Runs every test
	$(SWIFT) build -c release --build-tests
	CTXABI_TEST_KERNELS=$(TEST_KERNELS) CTXABI_TEST_TREE=$(TEST_TREE) CTXABI_TEST_OBJECTS=$(TEST_OBJECTS) scripts/test-lines $(SWIFT) test -c release --skip-build --disable-xctest

unit-test: test-prerequisites ## Runs the tests that need no kernel
	$(SWIFT) build -c release --build-tests
	scripts/test-lines $(SWIFT) test -c release --skip-build --disable-xctest --skip "RealKernelTests|RealImageTests|RealTreeTests|LiveTests"

mutants: build tree ## Counts what is said of small changes to a kernel tree (docs/mutants.md; about an hour)
	@command -v abidiff >/dev/null || echo 'abidiff (package abigail-tools) is not installed: the table leaves it out' >&2
	scripts/mutants $(TEST_TREE) --program .build/release/ctxabi --work $(CACHE)/mutants --table docs/mutants.md

check: build ## Checks the kernel tree KERNEL=TREE: with BASE=REVISION each commit since, else against the nearest baseline
	@[ -n '$(KERNEL)' ] || { echo 'make check KERNEL=TREE [BASE=REVISION]' >&2; exit 64; }
	@.build/release/ctxabi check '$(KERNEL)' $(if $(BASE),--base '$(BASE)' --each)

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

corpus: build test-prerequisites kernels tree ## Compiles the kernel's BPF selftests, and writes Corpus/ anew
	@scripts/make-corpus $(TEST_TREE) $(TYPES_OF_TREE) .build/release/ctxabi

oracle: test-prerequisites kernels tree ## Holds all of the kernel's BPF selftests against the running verifier and what they expect
	$(SWIFT) build -c release --build-tests
	@scripts/compile-selftests $(TEST_TREE) $(TYPES_OF_TREE) $(CACHE)/objects
	CTXABI_TEST_OBJECTS=$(CACHE)/objects $(SWIFT) test -c release --skip-build --disable-xctest --filter objectsGiven

bench: build test-prerequisites kernels tree ## Measures speed and memory beside pahole and bpftool, and checks of a tree
	@scripts/bench $(TEST_KERNELS)
	@scripts/bench-tree $(TEST_TREE) .build/release/ctxabi

fuzz: prerequisites ## Fuzzes the readers of types, symbols, images, snapshots and objects, SECONDS=60 each
	@Fuzz/run $(or $(SECONDS),60)
