# A newcomer needs make demo and make test alone.
SHELL := /bin/bash
.DEFAULT_GOAL := help

tags := webkit2_41
wails := go tool -modfile=tools/go.mod wails
staticcheck := go tool -modfile=tools/go.mod staticcheck
errorlint := go tool -modfile=tools/go.mod go-errorlint
misspell := go tool -modfile=tools/go.mod misspell
# Left out: files whose paths come from the settings (G304, G703), since opening them is intended, and the demo
# provider's cookies without Secure (G124), since browsers would not send Secure cookies over plain http.
gosec := go tool -modfile=tools/go.mod gosec -quiet -exclude-generated -exclude=G124,G304,G703 -exclude-dir=test
deadcode := go tool -modfile=tools/go.mod deadcode -tags webkit2_41,demo,bench -test
webtools := test/web/node_modules/.package-lock.json
biome := test/web/node_modules/.bin/biome
export ARTIFACTS := $(CURDIR)/artifacts/window

version := $(shell build/version.sh version)
commit := $(shell build/version.sh commit)
date := $(shell build/version.sh date)
stamp := -X app.latchkey/internal/program.version=$(version) -X app.latchkey/internal/program.commit=$(commit) -X app.latchkey/internal/program.date=$(date)

# macOS and Windows always have a display, other systems when a variable names one.
display := $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin MINGW%,$(shell uname -s)))

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.PHONY: demo
demo: ## sign in against the demo provider, with no account anywhere
ifneq ($(display),)
	@build/setup.sh demo
	@$(MAKE) --no-print-directory demo-window
	build/bin/latchkey-demo
else
	@echo "There is no display: the demo runs without its window, with a scripted browser."
	@build/setup.sh cli
	@$(MAKE) --no-print-directory demo-ctl
	build/bin/latchkeyctl-demo demo --auto
endif

.PHONY: demo-window
demo-window:
	$(wails) build -s -tags demo -ldflags "$(stamp)" -o latchkey-demo -v 0

.PHONY: demo-ctl
demo-ctl:
	@mkdir -p build/bin
	CGO_ENABLED=0 go build -tags demo -ldflags "$(stamp)" -o build/bin/latchkeyctl-demo ./cmd/latchkeyctl

.PHONY: build
build: ## build both programs into build/bin
	@build/setup.sh demo
	$(wails) build -s -ldflags "$(stamp)" -v 0
	CGO_ENABLED=0 go build -ldflags "-s -w $(stamp)" -o build/bin/latchkeyctl ./cmd/latchkeyctl

.PHONY: package
package: ## make every package that this system can make, into dist/
	@build/setup.sh package
	build/package.sh

.PHONY: licences
licences: ## write build/licences.txt, the licences of what is linked in
	go build -C tools -o ../build/bin/licences ./licences
	build/bin/licences >build/licences.txt.tmp && mv build/licences.txt.tmp build/licences.txt

.PHONY: dev
dev: ## run with live reload of frontend and Go, against the demo provider
	@build/setup.sh demo
	$(wails) dev -s -m -nosyncgomod -tags "$(tags) demo" $(DEVFLAGS)

.PHONY: test
test: ## run everything that is tested
	@build/setup.sh test
	@rm -rf artifacts
	@$(MAKE) --no-print-directory lint test-go test-web test-demo test-bindings test-window test-module test-dev

.PHONY: lint
lint: lint-go lint-web lint-words ## vet, staticcheck, errors, security, formatting, frontend and CSS, spelling

.PHONY: lint-go
lint-go:
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	go vet -tags $(tags) ./...
	go vet -tags $(tags),demo,man ./...
	go -C tools vet ./licences
	GOOS=windows CGO_ENABLED=0 go vet ./internal/... ./cmd/...
	$(staticcheck) -tags $(tags) -checks all,-ST1005 ./...
	$(staticcheck) -tags $(tags),demo -checks all,-ST1005 ./...
	$(errorlint) -tags $(tags),demo ./...
	go run ./test/columns
	$(gosec) -tags $(tags),demo ./...
	@test -z "$$($(deadcode) . ./cmd/... ./internal/... ./signin/... ./test/... | tee /dev/stderr)"

.PHONY: lint-web
lint-web: $(webtools)
	$(biome) check --error-on-warnings

# The words are British, except names that the web and the specifications spell otherwise.
.PHONY: lint-words
lint-words:
	$(misspell) -error $$(git ls-files '*.go' '*.js' '*.mjs' '*.css' '*.html' '*.sh' '*.toml' '*.y*ml' 'internal/**/*.json' | grep -v wailsjs/)
	$(misspell) -error -locale UK -i artifact,artifacts,organization,organizations,authorize,unauthorized,license $$(git ls-files '*.md')

.PHONY: fmt
fmt: $(webtools) ## format Go, JavaScript and CSS
	gofmt -w $$(git ls-files '*.go')
	$(biome) check --write

$(webtools): test/web/package-lock.json
	npm ci --prefix test/web --no-audit --no-fund --loglevel=error

.PHONY: test-go
test-go: demo-ctl
	CTL=$(CURDIR)/build/bin/latchkeyctl-demo go test -race -tags $(tags) $$(go list -tags $(tags) ./... | grep -vE '/test/(attacks|module|window|package|providers|dev|fleet)$$')
	go test ./test/fleet
	go test -count=1 ./test/attacks
	CGO_ENABLED=0 go build -o /dev/null ./cmd/latchkeyctl
	GOOS=windows CGO_ENABLED=0 go build -o /dev/null ./cmd/latchkeyctl

.PHONY: mutants
mutants: ## switch off each check in turn and demand a red test
	go run ./test/mutants

FUZZTIME ?= 30s
.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (30s); what is found stays in testdata
	@set -e; for pkg in $$(go list ./internal/...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$pkg; \
	  done; \
	done

.PHONY: test-web
test-web:
	cd test/web && npx --no-install tsc -p tsconfig.json
	cd test/web && npx --no-install node --test unit/*.test.js
	cd test/web && npx --no-install node browser/run.mjs

# The demo's pages and ways in, in a real browser, with the tools of test/web.
.PHONY: test-demo
test-demo: demo-ctl $(webtools)
	cd test/web && CTL=$(CURDIR)/build/bin/latchkeyctl-demo npx --no-install node --test --test-reporter=spec --test-concurrency=1 ../demo/*.test.mjs

.PHONY: test-bindings
test-bindings:
	@rm -rf artifacts/wailsjs && mkdir -p artifacts && cp -r frontend/wailsjs artifacts/wailsjs
	$(wails) generate module -tags $(tags)
	diff -r artifacts/wailsjs frontend/wailsjs

.PHONY: test-window
test-window: demo-window demo-ctl
	go build -tags desktop,production,$(tags) -o build/bin/latchkey-release .
	RELEASE=$(CURDIR)/build/bin/latchkey-release APP=$(CURDIR)/build/bin/latchkey-demo CTL=$(CURDIR)/build/bin/latchkeyctl-demo go test -count=1 -timeout 10m ./test/window

.PHONY: api-diff
api-diff: ## say how the public package differs from the last release
	build/apidiff.sh

# The public package as a program outside of the tree gets it, the examples, and the template for the Wails command line.
.PHONY: test-module
test-module:
	go test -count=1 -timeout 15m ./test/module

.PHONY: test-dev
test-dev:
	cd test/web && npx --no-install node dev/live.mjs

.PHONY: test-packages
test-packages: ## make the packages twice, install them, use them, remove them (Debian, as root)
	@build/setup.sh packages
	@$(MAKE) --no-print-directory package demo-ctl
	@mkdir -p artifacts && go test -c -o artifacts/browser ./test/window
	CTL=$(CURDIR)/build/bin/latchkeyctl-demo BROWSE=$(CURDIR)/artifacts/browser go test -count=1 -timeout 30m ./test/package

.PHONY: test-providers
test-providers: ## sign in at Ory Hydra, LemonLDAP::NG and zitadel's example server (Debian, as root)
	@build/setup.sh providers
	go test -count=1 -timeout 20m ./test/providers

# Figures are taken on a machine that does nothing else; docs/performance.md says how.
.PHONY: bench
bench: ## measure against references, and print the tables of docs/performance.md
	@build/setup.sh test
	@mkdir -p artifacts/bench && rm -f artifacts/bench/*.md
	OUT=$(CURDIR)/artifacts/bench QUICK=$(QUICK) go test -tags bench -count=1 -timeout 15m -run TestBench ./test/bench
	@test -n "$(QUICK)$(ONLY)" || cp artifacts/bench/growth-*.svg docs/
	@cat artifacts/bench/*.md

.PHONY: bench-quick
bench-quick: ## the same with a few runs of each, without the minute at rest: two minutes
	@$(MAKE) --no-print-directory bench QUICK=1

.PHONY: bench-diff
bench-diff: ## compare the benchmarks of every hot path with those of the last release
	build/benchdiff.sh

.PHONY: fleet-large
fleet-large: ## the same day with 100,000 desktops, in half an hour and 3.4 GB; write docs/fleet-large.svg
	@mkdir -p artifacts/fleet-large
	GOMAXPROCS=1 GOGC=50 go test -count=1 -timeout 120m ./test/fleet -desktops 100000 -figures $(CURDIR)/artifacts/fleet-large
	cp artifacts/fleet-large/fleet.svg docs/fleet-large.svg
	@cat artifacts/fleet-large/fleet.md

.PHONY: fleet
fleet: ## live a day with 10,000 desktops; write the table and docs/fleet.svg
	@mkdir -p artifacts/fleet
	go test -count=1 -timeout 30m ./test/fleet -desktops 10000 -figures $(CURDIR)/artifacts/fleet
	cp artifacts/fleet/fleet.svg docs/fleet.svg
	@cat artifacts/fleet/fleet.md

.PHONY: soak
soak: ## kill the program 200 times, and run a crowd of it for longer
	@build/setup.sh test
	CRASH_KILLS=200 CRASH_EXPIRIES=20 go test -count=1 -v -timeout 30m ./test/crash

# Not a part of make test: its database must be asked over the network, and changes without a commit.
.PHONY: vulncheck
vulncheck: ## ask the Go vulnerability database about everything that is linked in
	build/vulncheck.sh

.PHONY: clean
clean: ## remove what was built
	rm -rf build/bin artifacts dist
