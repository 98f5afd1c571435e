"""Engines other than this process: what is refused before a run, and what a worker process holds."""

import threading
from collections import Counter
from functools import partial

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner, worker_handlers
from fakes import fake_config, open_fake_studio, synth_fake, write_corpus
from rich.console import Console
from test_kill import hashes

from pipelines import synth
from pipelines.jobs import worker
from pipelines.jobs.planner import COUNTS, WriteText, build_planning
from pipelines.jobs.worker import build_speaking
from pipelines.progress.progress import Progress
from pipelines.run import marker_progress
from pipelines.run.marker_progress import MarkerTotals
from pipelines.run.preflight import check_run
from pipelines.run.preparation import prepare
from pipelines.run.row_counts import PlanCounts, read_plan
from pipelines.speak.one_context import one_context
from speech.dataset.merge import merge_units
from speech.errors import InputError

pytestmark = pytest.mark.usefixtures("voices_are_known")

PORTABLE = ("runner=portable", "runner.endpoint=localhost:8099")
POOL = ("runner.environment=EXTERNAL", "runner.environment_config=localhost:50000")
FLINK = ("runner=flink", "runner.jar=README.md")


# what is refused

REFUSED = [
    (
        [*PORTABLE, "runner.endpoint=localhost"],
        r"^runner.endpoint=localhost: allowed is host:port$",
    ),
    ([*PORTABLE, "runner.environment=DOCKER"], r"DOCKER needs runner.environment_config=…: .*$"),
    (
        [*PORTABLE, *POOL, "output=out/dataset"],
        r"^runner.environment=EXTERNAL: workers on other machines have another "
        r"output=out/dataset; allowed: gs://, or the absolute path of a folder that every .*$",
    ),
    (
        [*PORTABLE, *POOL, "corpus.paths=[lines.txt]"],
        r"another corpus.paths\[0\]=lines.txt; allowed: gs:// or hf://, or the absolute",
    ),
    (["runner=dask", "runner.scheduler=tcp://d:1", "output=~/out"], r"^runner.scheduler=.*~/out; "),
    (
        [*PORTABLE, "runner.options=[--parallelsm=4]"],
        r"^runner.options=--parallelsm=4: Beam has no such option; did you mean --parallelism$",
    ),
    (
        [*PORTABLE, "runner.options=[--parallelism=two]"],
        r"^runner.options: argument --parallelism: invalid int value: 'two'$",
    ),
    ([*PORTABLE, "runner.options=[parallelism=2]"], r"parallelism=2: allowed is --name=value"),
    (
        [*PORTABLE, "runner.options=[--job_endpoint=h:1]"],
        r"^runner.options=--job_endpoint=h:1: this one is set by a key of runner\.\*$",
    ),
    (["runner=flink"], r"^runner.jar=.*\.jar: there is no such file; docs/engines.md says"),
    (["runner=spark"], r"^runner.jar=.*\.jar: there is no such file; docs/engines.md says"),
]


@pytest.mark.parametrize(("overrides", "said"), REFUSED)
def test_what_an_engine_cannot_do_is_one_line(tmp_path, overrides, said):
    corpus = write_corpus(tmp_path / "corpus.txt", 3)
    with pytest.raises(InputError, match=said) as caught:
        check_run(fake_config(str(tmp_path / "out"), corpus, *overrides))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "overrides",
    [
        (*PORTABLE, "output=out/dataset"),  # LOOPBACK: workers are this process
        ("runner=dask", "output=out/dataset"),
        (*PORTABLE, *POOL, "output=gs://b/d", "corpus.paths=[gs://b/c.txt,/mnt/c.txt]"),
    ],
)
def test_paths_that_workers_can_reach_are_taken(tmp_path, monkeypatch, overrides):
    monkeypatch.setattr("pipelines.run.preflight.check_folder", lambda *_: None)
    check_run(fake_config(str(tmp_path / "out"), str(tmp_path / "c.txt"), *overrides))


def test_free_options_reach_beam():
    options = ("runner.options=[--parallelism=4,--experiments=a,--experiments=b]",)
    config = fake_config("gs://b/d", "gs://b/c.txt", *FLINK, *POOL, *options)
    found = config.runner.pipeline_options().get_all_options(drop_default=True)
    assert found["runner"] == "FlinkRunner"
    assert found["flink_master"] == "[local]"
    assert found["flink_job_server_jar"] == "README.md"
    assert (found["environment_type"], found["environment_config"]) == (
        "EXTERNAL",
        "localhost:50000",
    )
    assert (found["parallelism"], found["experiments"]) == (4, ["a", "b"])


def test_a_job_server_that_is_not_there_is_one_line(tmp_path):
    corpus = write_corpus(tmp_path / "corpus.txt", 3)
    config = fake_config(str(tmp_path / "out"), corpus, *PORTABLE, "runner.endpoint=localhost:1")
    with pytest.raises(
        InputError, match=r"^no job server answers at runner.endpoint=localhost:1 \("
    ):
        synth.main(config, open_fake_studio)


# one model a process

LOADED: list[int] = []


def open_counted_studio(config):
    """By name, not as a closure, of which each worker would unpickle its own."""
    LOADED.append(threading.get_ident())
    return open_fake_studio(config)


def test_workers_in_threads_of_one_process_load_one_model(tmp_path, monkeypatch):
    monkeypatch.setattr(worker_handlers, "DATA_BUFFER_TIME_LIMIT_MS", 0)  # no timed flush
    corpus = write_corpus(tmp_path / "corpus.txt", 60)
    LOADED.clear()
    assert synth_fake(fake_config(str(tmp_path / "direct"), corpus)) == 0
    run_plan = prepare(fake_config(str(tmp_path / "out"), corpus), Console())
    options = PipelineOptions(direct_num_workers=3, direct_running_mode="multi_threading")
    for build in (
        partial(build_planning, run_plan, None),
        partial(build_speaking, run_plan, open_counted_studio, None),
    ):
        with beam.Pipeline(runner=FnApiRunner(), options=options) as pipeline:
            build(pipeline)
    assert len(LOADED) == 1
    assert hashes(str(tmp_path / "out")) == hashes(str(tmp_path / "direct"))


def test_a_bundle_that_is_retried_after_a_merge_counts_no_row_again(tmp_path):
    config = fake_config(str(tmp_path / "out"), write_corpus(tmp_path / "corpus.txt", 60))
    run_plan = prepare(config, Console())
    assert synth_fake(config) == 0
    step = worker.WriteUnits(run_plan, None)
    step.setup()
    assert [*step.process(worker.UnitKey(0, 0, 8)), *step.finish_bundle()] == []
    step.teardown()


def test_a_context_is_loaded_once_and_used_by_one_thread_at_a_time(tmp_path):
    config, loaded, inside, most = fake_config(str(tmp_path), "c.txt"), [], [], []

    def opener(config):
        loaded.append(config.output)
        return open_fake_studio(config)

    def use() -> None:
        with one_context(config, opener) as context:
            inside.append(context)
            most.append(len(inside))
            inside.remove(context)

    threads = [threading.Thread(target=use) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(loaded), max(most), len(most)) == (1, 1, 16)


def test_another_run_in_the_same_process_takes_the_place_of_the_one_before(tmp_path):
    first, second = (fake_config(str(tmp_path), "c.txt", f"seed={seed}") for seed in (1, 2))
    seeds = []

    def opener(config):
        seeds.append(config.seed)
        return open_fake_studio(config)

    for config in (first, first, second, second, first):
        with one_context(config, opener):
            pass
    assert seeds == [1, 2, 1]


def test_a_context_that_cannot_be_loaded_is_tried_again(tmp_path):
    config, tries = fake_config(str(tmp_path), "c.txt"), []

    def opener(config):
        tries.append(config)
        if len(tries) == 1:
            raise InputError("no weights")
        return open_fake_studio(config)

    with pytest.raises(InputError, match="no weights"), one_context(config, opener):
        pass
    with one_context(config, opener) as context:
        assert context.limit.cost == 1000
    assert len(tries) == 2


# progress without a shared folder


def test_markers_tell_how_far_a_run_is(tmp_path, monkeypatch):
    monkeypatch.setattr(marker_progress, "EVERY_S", 0.0)
    monkeypatch.setattr(marker_progress, "SHARE", 0)
    output, corpus = str(tmp_path / "out"), write_corpus(tmp_path / "corpus.txt", 60)
    config = fake_config(output, corpus)
    totals, at_units = MarkerTotals(prepare(config, Console())), []

    def merge_later(*arguments):
        at_units.append(totals.update())
        return merge_units(*arguments)

    monkeypatch.setattr(worker, "merge_units", merge_later)
    assert totals.update() == Progress()
    assert synth_fake(config) == 0
    assert [found.done for found in at_units] == sorted(found.done for found in at_units)
    assert at_units[0].done > 0
    found = totals.update()
    assert (found.done, found.known) == (60, 0)
    assert found.tries >= 60
    assert found.audio_s == pytest.approx(0.25 * found.accepted)
    assert totals.update() == found


def test_what_an_earlier_run_has_made_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(marker_progress, "EVERY_S", 0.0)
    config = fake_config(str(tmp_path / "out"), write_corpus(tmp_path / "corpus.txt", 60))
    run_plan = prepare(config, Console())
    assert synth_fake(config) == 0
    assert MarkerTotals(run_plan).update() == Progress(known=60)


def test_rows_of_which_none_was_spoken_count(tmp_path, monkeypatch):
    monkeypatch.setattr(marker_progress, "EVERY_S", 0.0)
    monkeypatch.setattr(marker_progress, "SHARE", 0)
    (tmp_path / "corpus.txt").write_text(
        "Take this.\n" + "".join(f"?{'!' * i}\n" for i in range(9))
    )
    config = fake_config(str(tmp_path / "out"), str(tmp_path / "corpus.txt"))
    totals = MarkerTotals(prepare(config, Console()))
    totals.update()
    assert synth_fake(config) == 0
    assert totals.update().rejected == 9


def test_a_listing_that_fails_is_tried_at_the_next_look(tmp_path, monkeypatch):
    monkeypatch.setattr(marker_progress, "EVERY_S", 0.0)
    corpus = write_corpus(tmp_path / "corpus.txt", 60)
    totals = MarkerTotals(prepare(fake_config(str(tmp_path / "out"), corpus), Console()))

    def outage(*_):
        raise InputError("503")

    with monkeypatch.context() as patch:
        patch.setattr(marker_progress, "list_parts", outage)
        assert totals.update() == Progress()
    assert totals.update() == Progress()


# counts


def test_counts_are_written_apart_from_text(tmp_path):
    corpus = write_corpus(tmp_path / "corpus.txt", 60)
    step = WriteText(prepare(fake_config(str(tmp_path), corpus), Console()))
    counts = [PlanCounts(Counter({"a": 2}), Counter({0: 1, 3: 1})), PlanCounts(Counter({"b": 1}))]
    step.process((COUNTS, counts))
    assert read_plan(str(tmp_path)) == PlanCounts(Counter({"a": 2, "b": 1}), Counter({0: 1, 3: 1}))
    assert not (tmp_path / "_shards/plan").exists()
