.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=
COMMA := ,
EVAL_DATASET = $(if $(wildcard out/dataset),dataset=out/dataset)
EVAL_SYSTEMS = systems=[teacher:f5_mini$(if $(wildcard out/student),$(COMMA)student:out/student)]
OWN_STUDENT = $(if $(wildcard out/student/student.json),out/student)
export TEXT ?= Hello there, and welcome.
export OUT ?= speech.wav

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'
	@echo '  Overrides: make synth ARGS="seed=2 limit=20 output=out/two"'

setup: $(VENV)/.installed  ## the virtual environment alone (.venv, about 5 GB, 3 to 5 minutes)

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@

synth: setup  ## text -> checked speech dataset in out/dataset
	@$(PY) -m pipelines.synth $(ARGS)

plan: setup  ## hours, batches, storage and time of a synth run, before it is spent
	@$(PY) -m pipelines.plan $(ARGS)

verify: setup  ## every file of out/dataset against its hash, its counts, its neighbours (ARGS="repair=true")
	@$(PY) -m pipelines.verify $(ARGS)

bench: setup  ## speed and memory of teacher and students, as ratios within one run (out/bench)
	@$(PY) -m eval.bench $(OWN_STUDENT:%=students=[%]) $(ARGS)

eval: setup  ## the report: teacher and student on unseen sentences, and the dataset (out/report)
	@$(PY) -m eval.report $(EVAL_DATASET) $(EVAL_SYSTEMS) $(ARGS)

measure-teacher: setup  ## WER, similarity and MOS of a teacher, with 95 % intervals
	@$(PY) -m eval.teacher $(ARGS)

bootstrap-corpus: setup  ## speech to train a first teacher on, from packaged voices (out/bootstrap)
	@$(PY) -m pipelines.bootstrap_corpus $(ARGS)

train-teacher: setup  ## an F5-TTS of any size on a dataset (out/bootstrap/train -> out/teacher)
	@$(PY) -m teacher.train $(ARGS)

train-vocoder: setup  ## a small vocoder on a dataset (out/bootstrap/train -> out/vocoder)
	@$(PY) -m teacher.train_vocoder $(ARGS)

train-student: setup  ## a small, fast student on a dataset (out/dataset -> out/student)
	@$(PY) -m student.train $(ARGS)

speak: setup  ## TEXT="Hello there." OUT=speech.wav, by your student in out/student, or the embedded one
	@$(PY) -m student.synthesize $(OWN_STUDENT:%=checkpoint=%) "text=$$TEXT" "output=$$OUT" $(ARGS)

test: setup  ## all tests (offline; under 10 minutes on 2 cores)
	$(PY) -m pytest $(ARGS)

lint: setup  ## formatting, lint, types
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

format: setup  ## rewrite the code in the project's format
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:  ## remove what runs have written (out/), not the environment
	rm -rf out

.PHONY: help setup synth plan verify bench bootstrap-corpus train-teacher train-vocoder train-student speak measure-teacher eval test lint format clean
