.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
XLA := .venv-xla
PY := $(VENV)/bin/python
ARGS ?=
COMMA := ,
EVAL_DATASET = $(if $(wildcard out/dataset),dataset=out/dataset)
EVAL_SYSTEMS = systems=[teacher:f5_mini$(if $(wildcard out/student),$(COMMA)student:out/student)]
OWN_EXPORT = $(if $(wildcard out/student/onnx/onnx.json),out/student/onnx)
OWN_STUDENT = $(if $(wildcard out/student/student.json),out/student)
BEAM := $(shell sed -n 's/^apache-beam.*==//p' requirements.lock)
FLINK ?= 1.20
DEMO ?= out/demo
DATASET ?= out/dataset
KINDS ?= out/kinds
KIND_nar := student=nar
KIND_ar := student=ar
KIND_dmel := student=ar student.tokens=dmel
# one more than cores, as some tests wait more than they compute
TESTERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# bytecode is kept even where a machine says not to: else each of hundreds of processes compiles all
PYTEST := PYTHONDONTWRITEBYTECODE= $(PY) -m pytest
TEXT ?= Hello there, and welcome.
# as they were typed: make would read $5 in them as a variable
OUT_IS := $(origin OUT)
override TEXT := $(value TEXT)
override OUT := $(value OUT)
override ARGS := $(value ARGS)
export TEXT OUT
TO = $(if $(filter command,$(OUT_IS)),"output=$$OUT")
# an option beside the target would be make's own variable, and dropped without a word
LOWER = a% b% c% d% e% f% g% h% i% j% k% l% m% n% o% p% q% r% s% t% u% v% w% x% y% z% +% ~%
STRAY := $(strip $(filter-out $(if $(filter bench-teacher,$(MAKECMDGOALS)),device shape lines steps),\
  $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(filter $(LOWER),$(name))))))
ifdef STRAY
  $(error options go in ARGS: make $(MAKECMDGOALS) ARGS="$(strip $(foreach name,$(STRAY),$(name)=$(value $(name))))")
endif
BENCHED = $(foreach key,device shape lines steps,$(if $(filter command,$(origin $(key))),$(key)=$($(key))))

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'
	@echo '  Options go in ARGS: make synth ARGS="seed=2 limit=20" OUT="out/number two"'

setup: $(VENV)/.installed  ## the virtual environment alone (.venv, 5 GB)

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@

demo: $(DEMO)/report/report.html  ## five minutes: teacher, dataset and student on one page
	@echo 'done; open it in a browser: $<'

$(DEMO)/hello.wav: | setup
	@echo '1 of 4: the embedded student says hello'
	$(PY) -m student.synthesize text="Hello there, and welcome." output=$@

$(DEMO)/dataset/manifest.json: $(DEMO)/hello.wav
	@echo '2 of 4: the teacher speaks 109 lines, judges keep what is right (a minute)'
	$(PY) -m pipelines.synth output=$(DEMO)/dataset

$(DEMO)/student/student.json: $(DEMO)/dataset/manifest.json
	@echo '3 of 4: a student learns from those five minutes of speech (three minutes)'
	$(PY) -m student.train dataset=$(DEMO)/dataset output=$(DEMO)/student

$(DEMO)/report/report.html: $(DEMO)/student/student.json
	@echo '4 of 4: all on one page, beside the embedded student, which had three hours (two minutes)'
	$(PY) -m eval.report dataset=$(DEMO)/dataset output=$(DEMO)/report limit=20 listen=40 \
	  again=0 kinds=null second.asr=null \
	  "systems=[teacher:f5_mini,student:$(DEMO)/student,student:package://student/mini]"

synth: setup  ## text -> checked speech dataset in out/dataset
	@exec $(PY) -m pipelines.synth $(TO) $(ARGS)

voices: setup  ## your own voices: add me.wav transcript=..., list, check
	@exec $(PY) -m pipelines.voice_bank $(ARGS)

plan: setup  ## hours, storage, time and cost of a run, from a sample
	@exec $(PY) -m pipelines.plan $(TO) $(ARGS)

merge: setup  ## datasets=[out/a,out/b] -> one in out/merged
	@exec $(PY) -m pipelines.merge $(TO) $(ARGS)

status: setup  ## how far a run is: output=... watch=true
	@exec $(PY) -m pipelines.status $(ARGS)

verify: setup  ## every file against its hash and counts: repair=true
	@$(PY) -m pipelines.verify $(ARGS)

push: setup  ## dataset and student to the hub: repo=owner/name
	@exec $(PY) -m pipelines.push $(EVAL_DATASET) $(OWN_STUDENT:%=student=%) $(ARGS)

bench: setup  ## speed and memory, as ratios within one run (out/bench)
	@exec $(PY) -m eval.bench $(OWN_STUDENT:%=students=[%]) $(TO) $(ARGS)

bench-teacher: setup  ## ways to run a teacher, no weights: device=cuda shape=...
	@exec $(PY) -m eval.bench.teacher $(BENCHED) $(TO) $(ARGS)

bench-serve: setup  ## the server: latency, 1 to 32 clients (out/bench-serve)
	@exec $(PY) -m eval.bench.serve $(OWN_STUDENT:%=student=%) $(TO) $(ARGS)

eval: setup  ## the report on teacher, student, dataset (out/report)
	@exec $(PY) -m eval.report $(EVAL_DATASET) $(EVAL_SYSTEMS) $(TO) $(ARGS)

measure-teacher: setup  ## the report on one teacher alone (out/measure)
	@exec $(PY) -m eval.teacher $(TO) $(ARGS)

bootstrap-corpus: setup  ## speech to train a first teacher on (out/bootstrap)
	@exec $(PY) -m pipelines.bootstrap_corpus $(TO) $(ARGS)

train-teacher: setup  ## an F5-TTS on a dataset (out/teacher)
	@exec $(PY) -m teacher.train $(TO) $(ARGS)

train-vocoder: setup  ## a small vocoder on a dataset (out/vocoder)
	@exec $(PY) -m teacher.train_vocoder $(TO) $(ARGS)

train-student: setup  ## a small, fast student on a dataset (out/student)
	@exec $(PY) -m student.train $(TO) $(ARGS)

student-kinds: $(KINDS)/report/report.html  ## three kinds of student on DATASET (out/kinds)

$(KINDS)/%/student.json: | setup
	$(PY) -m student.train experiment=student_three_kinds dataset=$(DATASET) output=$(@D) name=$* $(KIND_$*) $(ARGS)

$(KINDS)/%/onnx/onnx.json: $(KINDS)/%/student.json
	$(PY) -m student.export checkpoint=$(<D) output=$(@D)

$(KINDS)/report/report.html: $(foreach kind,nar ar dmel,$(KINDS)/$(kind)/onnx/onnx.json)
	$(PY) -m eval.report dataset=$(DATASET) output=$(@D) \
	  "systems=[teacher:f5_mini,student:$(KINDS)/nar/onnx,student:$(KINDS)/ar/onnx,student:$(KINDS)/dmel/onnx]"

.SECONDARY: $(foreach kind,nar ar dmel,$(KINDS)/$(kind)/student.json)

speak: setup  ## TEXT="Hello there." OUT=speech.wav, by out/student
	@exec $(PY) -m student.synthesize $(OWN_STUDENT:%=checkpoint=%) "text=$$TEXT" "output=$${OUT:-speech.wav}" $(ARGS)

export: setup  ## a student to ONNX, without torch (out/student/onnx)
	@exec $(PY) -m student.export $(TO) $(ARGS)

serve: setup  ## speech over HTTP as OpenAI's, by out/student: port=8000
	@exec $(PY) -m student.serve $(OWN_STUDENT:%='~models.mini' +models.own=%) $(ARGS)

web: setup  ## a student as a page without a server (out/web, by npm)
	@exec $(PY) -m student.web $(OWN_EXPORT:%=checkpoint=%) $(TO) $(ARGS)

flink-jar:  ## Beam's job server for runner=flink (out/jars, by Maven)
	mvn -B -q dependency:copy -Dartifact=org.apache.beam:beam-runners-flink-$(FLINK)-job-server:$(BEAM) \
	  -DoutputDirectory=out/jars -Dmdep.stripVersion=true

prism:  ## an engine to try runner=portable with (out/bin, by Go)
	GOBIN="$(CURDIR)/out/bin" go install github.com/apache/beam/sdks/v2/go/cmd/prism@v$(BEAM)

test: setup  ## all tests but batteries, offline, 15 minutes on 2 cores
	$(PYTEST) -n $(TESTERS) --maxprocesses 4 --dist loadfile -m "not long" $(ARGS)

test-long: setup  ## the batteries: 200 and all other kills, memory, engines
	$(PYTEST) -n $(TESTERS) --maxprocesses 4 --dist worksteal -m long $(ARGS)

test-xla: $(XLA)/.installed  ## the teacher on XLA's CPU (.venv-xla, 7 GB)
	PJRT_DEVICE=CPU $(XLA)/bin/python -m pytest --confcutdir=tests/xla tests/xla $(ARGS)

$(XLA)/.installed: requirements-xla.txt
	$(PYTHON) -m venv $(XLA)
	$(XLA)/bin/pip install --quiet --disable-pip-version-check --no-deps -r requirements-xla.txt
	@touch $@

lint: setup  ## formatting, lint, types, layers, dependencies
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry .

format: setup  ## rewrite the code in the project's format
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:  ## remove what runs have written (out/)
	rm -rf out

.PHONY: help setup demo flink-jar prism synth voices plan merge status verify push bench bench-teacher bench-serve bootstrap-corpus train-teacher train-vocoder train-student student-kinds speak export serve web measure-teacher eval test test-long test-xla lint format clean
