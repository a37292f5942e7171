# Two commands matter: `make book` and `make test`. `make help` lists the rest.
PYTHON ?= python3
PROFILE ?= smoke
EDITION ?= full
PORT ?= 8000
BIN := .venv/bin

# Settings of the user's own that would change what the commands find, check or print.
unexport PYTHONSAFEPATH PYTHONOPTIMIZE PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONIOENCODING
unexport MATPLOTLIBRC MPLBACKEND JPY_SESSION_NAME
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help venv book test lint serve pdf clean doctor check-book check-browser check-colab check-exit mutants \
	bench bench-gpu bench-check address homework grade slides

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv:  ## create or complete .venv; nothing happens when it is up to date
	@$(PYTHON) tools/bootstrap.py

book: venv  ## execute the chapters and build the book; PROFILE=smoke|cpu|gpu; EDITION=student has no answers
	@$(BIN)/python tools/run_book.py --profile $(PROFILE) --edition $(EDITION)

test: venv  ## run the tests (they build the book in the smoke profile first, if it is not up to date)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: venv  ## check style, spelling, types, notebooks without outputs, and who imports whom
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell
	@$(BIN)/nbstripout --verify --keep-id book/*.ipynb homework/*.ipynb
	@$(BIN)/lint-imports
	@$(BIN)/mypy

serve:  ## show the built book at http://127.0.0.1:8000; PORT=8000
	@test -f _build/html/index.html || { echo "there is no built book to show; run: make book" >&2; exit 1; }
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

pdf: venv  ## print the built book into _build/html/euar.pdf; MAIN=1 the chapters alone; needs Chromium
	@$(BIN)/python tools/make_pdf.py $(if $(MAIN),--main-path)

check-book: venv  ## read every page: headings, links, weight; then as check-browser
	@$(BIN)/python tools/check_pages.py
	@$(BIN)/python tools/check_browser.py

check-colab: venv  ## run every chapter in fresh environments of newer Pythons; downloads gigabytes
	@$(BIN)/python tools/check_colab.py

check-exit: venv  ## build the pages without Jupyter Book, with the newest Sphinx
	@$(BIN)/python tools/check_exit.py

check-browser: venv  ## open every page in Chromium: no outside request, no raw TeX, contrast; screenshots
	@$(BIN)/python tools/check_browser.py --screenshots

mutants: venv  ## break every equation on purpose; its test must fail
	@$(BIN)/python tools/mutants.py

bench: venv  ## measure speed and memory against a loop, peers and the floor; on a machine that does nothing else
	@$(BIN)/python -m euar bench all

bench-gpu: venv  ## the same on a GPU; needs a PyTorch with CUDA in .venv
	@$(BIN)/python -m euar bench all --device cuda

bench-check: venv  ## measure some of it again; fails if ratios fell below those on record
	@$(BIN)/python -m benchmarks.check

address: venv  ## write the repository's address into the book; URL=https://github.com/owner/name
	@$(BIN)/python tools/address.py "$(URL)"

slides: venv  ## make slides of the chapters of the built book into _build/slides/
	@$(BIN)/python tools/make_slides.py

homework: venv  ## write the homework for students and its tests for you into _build/homework
	@$(BIN)/python tools/homework.py assign

grade: venv  ## grade the notebooks of a folder; runs their code; SUBMISSIONS=folder
	@$(BIN)/python tools/homework.py grade "$(SUBMISSIONS)"

doctor:  ## versions, device, data found, what is missing and how to get it
	@if test -x $(BIN)/python; then $(BIN)/python tools/doctor.py; else $(PYTHON) tools/doctor.py; fi

clean:  ## delete what the book and the tests built; .venv stays
	@rm -rf _build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache .mypy_cache
