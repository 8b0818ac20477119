# Everything a person does to the project, as one word each. Only relative paths: the clone may lie under a
# directory with spaces in its name.

PYTHON ?= python3
PY := .venv/bin/python
RUNTIME := .venv/.runtime-ready
DEVELOPMENT := .venv/.development-ready

.PHONY: run setup test check bench assets docs new-module
.DEFAULT_GOAL := run

run: $(RUNTIME)
	@$(PY) manage.py run

setup: $(DEVELOPMENT)

# Which packages, and their hashes, stand in uv.lock; a change of it makes both anew.
$(RUNTIME): uv.lock pyproject.toml scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py runtime

$(DEVELOPMENT): uv.lock pyproject.toml scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py development

check: $(DEVELOPMENT)
	@$(PY) scripts/check.py

test: $(DEVELOPMENT)
	@$(PY) scripts/need_chromium.py
	@$(PY) -m pytest --dist loadfile --no-loadscope-reorder -n $${FIRMAMENT_TEST_PROCESSES:-$$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))}

bench: $(DEVELOPMENT)
	@$(PY) -m bench

assets:
	@npm ci --ignore-scripts --no-audit --no-fund
	@npm run assets

docs: $(DEVELOPMENT)
	@$(PY) scripts/check_docs.py

# NAME is the room, the plural of its noun; NOUN one of what it keeps: make new-module NAME=price_books NOUN=price_book
new-module: $(DEVELOPMENT)
	@$(PY) scripts/new_module.py "$(NAME)" "$(NOUN)"
