.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
XLA := .venv-xla
PY := $(VENV)/bin/python
ARGS ?=
COMMA := ,
EVAL_DATASET = $(if $(wildcard out/dataset),dataset=out/dataset)
EVAL_SYSTEMS = systems=[teacher:f5_mini$(if $(wildcard out/student),$(COMMA)student:out/student)]
OWN_STUDENT = $(if $(wildcard out/student/student.json),out/student)
BEAM := $(shell sed -n 's/^apache-beam.*==//p' requirements.lock)
FLINK ?= 1.20
TEXT ?= Hello there, and welcome.
# as they were typed: make would read $5 in them as a variable
OUT_IS := $(origin OUT)
override TEXT := $(value TEXT)
override OUT := $(value OUT)
override ARGS := $(value ARGS)
export TEXT OUT
TO = $(if $(filter command,$(OUT_IS)),"output=$$OUT")
BENCHED = $(foreach key,device shape lines steps,$(if $(filter command,$(origin $(key))),$(key)=$($(key))))

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'
	@echo '  Overrides: make synth ARGS="seed=2 limit=20" OUT="out/number two"'

setup: $(VENV)/.installed  ## the virtual environment alone (.venv, about 5 GB, 3 to 5 minutes)

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@

synth: setup  ## text -> checked speech dataset in out/dataset
	@exec $(PY) -m pipelines.synth $(TO) $(ARGS)

plan: setup  ## hours, batches, storage, time and cost of a synth run, from a sample (docs/planning.md)
	@exec $(PY) -m pipelines.plan $(TO) $(ARGS)

merge: setup  ## several finished datasets -> one in out/merged (ARGS="datasets=[out/a,out/b]")
	@exec $(PY) -m pipelines.merge $(TO) $(ARGS)

status: setup  ## how far a run is, wherever it runs or died (ARGS="output=... watch=true")
	@exec $(PY) -m pipelines.status $(ARGS)

verify: setup  ## every file of out/dataset against its hash, its counts, its neighbours (ARGS="repair=true")
	@$(PY) -m pipelines.verify $(ARGS)

push: setup  ## dataset and student to the Hugging Face hub (ARGS="repo=owner/name dry_run=true")
	@exec $(PY) -m pipelines.push $(EVAL_DATASET) $(OWN_STUDENT:%=student=%) $(ARGS)

bench: setup  ## speed and memory of teacher and students, as ratios within one run (out/bench)
	@exec $(PY) -m eval.bench $(OWN_STUDENT:%=students=[%]) $(TO) $(ARGS)

bench-teacher: setup  ## every way to run the teacher, with no weights (device=cuda shape=f5_v1_base lines= steps=)
	@exec $(PY) -m eval.bench.teacher $(BENCHED) $(TO) $(ARGS)

eval: setup  ## the report: teacher and student on unseen sentences, and the dataset (out/report)
	@exec $(PY) -m eval.report $(EVAL_DATASET) $(EVAL_SYSTEMS) $(TO) $(ARGS)

measure-teacher: setup  ## the report on one teacher alone, as you shape it (out/measure)
	@exec $(PY) -m eval.teacher $(TO) $(ARGS)

bootstrap-corpus: setup  ## speech to train a first teacher on, from packaged voices (out/bootstrap)
	@exec $(PY) -m pipelines.bootstrap_corpus $(TO) $(ARGS)

train-teacher: setup  ## an F5-TTS of any size on a dataset (out/bootstrap/train -> out/teacher)
	@exec $(PY) -m teacher.train $(TO) $(ARGS)

train-vocoder: setup  ## a small vocoder on a dataset (out/bootstrap/train -> out/vocoder)
	@exec $(PY) -m teacher.train_vocoder $(TO) $(ARGS)

train-student: setup  ## a small, fast student on a dataset (out/dataset -> out/student)
	@exec $(PY) -m student.train $(TO) $(ARGS)

speak: setup  ## TEXT="Hello there." OUT=speech.wav, by your student in out/student, or the embedded one
	@exec $(PY) -m student.synthesize $(OWN_STUDENT:%=checkpoint=%) "text=$$TEXT" "output=$${OUT:-speech.wav}" $(ARGS)

flink-jar:  ## Beam's job server for Flink, for runner=flink (out/jars; needs Maven)
	mvn -B -q dependency:copy -Dartifact=org.apache.beam:beam-runners-flink-$(FLINK)-job-server:$(BEAM) \
	  -DoutputDirectory=out/jars -Dmdep.stripVersion=true

prism:  ## Beam's small portable engine, to try runner=portable on this machine (out/bin; needs Go)
	GOBIN="$(CURDIR)/out/bin" go install github.com/apache/beam/sdks/v2/go/cmd/prism@v$(BEAM)

test: setup  ## the tests, but for batteries (offline; about 20 minutes on 2 cores)
	$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not long" $(ARGS)

test-long: setup  ## the batteries: 200 kills of a run, more of extensions and merges, engines with worker pools
	$(PY) -m pytest -n auto --maxprocesses 4 --dist worksteal -m long $(ARGS)

test-xla: $(XLA)/.installed  ## the teacher on XLA's CPU, in an environment of its own (.venv-xla, 7 GB)
	PJRT_DEVICE=CPU $(XLA)/bin/python -m pytest --confcutdir=tests/xla tests/xla $(ARGS)

$(XLA)/.installed: requirements-xla.txt
	$(PYTHON) -m venv $(XLA)
	$(XLA)/bin/pip install --quiet --disable-pip-version-check --no-deps -r requirements-xla.txt
	@touch $@

lint: setup  ## formatting, lint, types, layers, declared dependencies
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry .

format: setup  ## rewrite the code in the project's format
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:  ## remove what runs have written (out/), not the environment
	rm -rf out

.PHONY: help setup flink-jar prism synth plan merge status verify push bench bench-teacher bootstrap-corpus train-teacher train-vocoder train-student speak measure-teacher eval test test-long test-xla lint format clean
