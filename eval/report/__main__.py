"""One page that says what the teacher, the data and the student are worth, and a JSON to gate on.

    test set -> systems -> clips -> judges -> figures with intervals -> page
    dataset -> rows, a sample heard again -> distributions and flags -> page

Overrides are key=value, for instance:
  dataset=out/dataset   limit=20   gate.wer_max=0.05   output=gs://bucket/report
  systems=[teacher:f5_mini,student:out/student,audio:clips]
  testset=lines.txt|lines.jsonl|meta.lst
  judges=hub   judges.dnsmos=true
The exit status is 1 where a limit of the gate is not kept, or a part that was asked for is missing.
"""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

import torch
from rich.console import Console

from eval.dataset.statistics import (
    DatasetStatistics,
    DatasetStudy,
    StudyPlan,
    measure_dataset,
    study_dataset,
)
from eval.dataset.watermark import study_watermark
from eval.metrics.measures import measures
from eval.metrics.scoring import Scorer
from eval.report.card import card_text, check_card, fill_card
from eval.report.config import ReportConfig
from eval.report.document import SCHEMA, VERSION, Report, to_json
from eval.report.figures import differences, figures_of
from eval.report.gate import check
from eval.report.headline import headlines
from eval.report.judging import Judging, hear_references
from eval.report.notes import notes
from eval.report.page import write_page
from eval.report.ratios import ratios
from eval.report.results import KindResult, SystemResult, TestSetSummary, unsaid
from eval.report.speaking import speak_all
from eval.report.summary import print_summary
from eval.report.takes import Run
from eval.systems.systems import check_systems, check_teacher
from eval.systems.testsets import TestSet, read_kind, read_testset, without_trained
from speech import storage
from speech.config import run_app
from speech.dataset.layout import list_parts
from speech.errors import InputError
from speech.judges.judges import Judges
from speech.machine import device_name, software
from speech.progress import waiting
from speech.storage.outputs import Kind, check_folder


def evaluate(config: ReportConfig, console: Console, judges: Judges | None = None) -> Report:
    """Everything that was asked for; what fails says so in its own place."""
    torch.set_num_threads(config.threads)
    judges = judges or _open_judges(config, console)
    machine = device_name(_device())
    scales, ear = measures(judges), Scorer(judges, config.language)
    census, dataset = read_dataset(config, console)
    testset, summary = read_sentences(config, census)
    kinds = read_kinds(config, census) if testset else {}
    runs = speak_all(testset, config, console, kinds) if testset else []
    baseline = baseline_of(runs)
    systems = judge_all(runs, baseline, ear, config, console)
    if census is not None:
        dataset = study(census, ear, config, console)
    with waiting("figures and their intervals", console):
        compared = {system.name: system.clips for system in systems if system.clips}
        pairs = differences(compared, scales, config.seed)
        quotients = ratios(compared, scales, config.seed)
    name = baseline.name if baseline else None
    return Report(
        schema=SCHEMA,
        version=VERSION,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        command=shlex.join(["python", *sys.orig_argv[1:]]),
        device=machine,
        threads=config.threads,
        software=software(),
        judges=judges.revisions,
        config=config.model_dump(mode="json"),
        testset=summary,
        measures=scales,
        baseline=name,
        systems=systems,
        differences=pairs,
        dataset=dataset,
        gate=check(config.gate, systems, dataset),
        notes=[note.text for note in notes(summary, systems, name, census is not None)],
        headlines=headlines(systems, name, pairs, quotients, scales),
        ratios=quotients,
    )


def read_dataset(
    config: ReportConfig, console: Console
) -> tuple[DatasetStatistics | None, DatasetStudy | None]:
    """Its rows, or a study that says why there are none."""
    if config.dataset is None:
        return None, None
    try:
        with waiting("reading the dataset's rows", console):
            return measure_dataset(config.dataset), None
    except InputError as error:
        return None, DatasetStudy(config.dataset, str(error))


def read_sentences(
    config: ReportConfig, census: DatasetStatistics | None
) -> tuple[TestSet | None, TestSetSummary | None]:
    """The test set without what was trained on; None where no system is to say it."""
    if not config.speaks:
        return None, None
    try:
        testset = read_testset(config.testset, config.language, config.limit)
    except InputError as error:
        return None, TestSetSummary(config.testset, 0, {}, str(error))
    if census is not None:
        testset = without_trained(testset, census.texts.keys)
    count = len(testset.sentences)
    emptied = None if count else "every sentence is in the dataset"
    return testset, TestSetSummary(testset.location, count, testset.left_out, emptied)


def read_kinds(config: ReportConfig, census: DatasetStatistics | None) -> dict[str, TestSet]:
    """The lists beside the test set, without what was trained on.

    Raises:
        InputError: one that cannot be read, or has nothing in the language.
    """
    lists = {
        kind: read_kind(kind, place, config.language, config.limit)
        for kind, place in config.lists.items()
    }
    if census is None:
        return lists
    return {kind: without_trained(found, census.texts.keys) for kind, found in lists.items()}


def baseline_of(runs: Sequence[Run]) -> Run | None:
    """Whose audio the others are held against: a teacher's, else people's, else the first system's."""
    spoken = [run for run in runs if any(take.audio for take in run.takes)]
    order = {"teacher": 0, "recordings": 1}
    return min(spoken, key=lambda run: order.get(str(run.kind), 2), default=None)


def judge_all(
    runs: Sequence[Run],
    baseline: Run | None,
    ear: Scorer,
    config: ReportConfig,
    console: Console,
) -> list[SystemResult]:
    """Each run against the voices that it and those of the same references were asked for."""
    references = hear_references(runs, ear.judges.speaker, console)
    scales = measures(ear.judges)
    results = []
    for run, heard in zip(runs, references, strict=True):
        embeddings = {voice: reference.embedding for voice, reference in heard.items()}
        judging = Judging(ear, embeddings, config.output, baseline)
        clips, kinds = judging.judge(run, console), judging.judge_kinds(run, console)
        results.append(
            SystemResult(
                name=run.name,
                specification=run.specification,
                kind=run.kind,
                revision=run.revision,
                size=run.size,
                peak_memory_bytes=run.peak_memory_bytes,
                error=run.error,
                failed=unsaid(clips),
                figures=figures_of(clips, scales, config.seed),
                clips=clips,
                references={voice: reference.sha256 for voice, reference in heard.items()},
                references_error=references_error(run),
                kinds={
                    kind: KindResult(
                        failed=unsaid(found),
                        figures=figures_of(found, scales, config.seed),
                        clips=found,
                    )
                    for kind, found in kinds.items()
                },
            )
        )
    return results


def references_error(run: Run) -> str | None:
    """Why voices that it was asked for have no reference, where that could not be helped."""
    lack = any(take.voice is not None and take.voice not in run.references for take in run.takes)
    return run.references.problem if lack else None


def study(
    census: DatasetStatistics, ear: Scorer, config: ReportConfig, console: Console
) -> DatasetStudy:
    """Its flaws and, where one is to be looked for, its watermark."""
    found = study_dataset(census, study_plan(config), ear, console)
    watermark, name = config.watermark.open(), config.watermark.label
    if found.error or watermark is None or name is None:
        return found
    marks = study_watermark(census.rows, config.listen, config.seed, watermark, name, ear, console)
    return replace(found, watermark=marks)


def study_plan(config: ReportConfig) -> StudyPlan:
    return StudyPlan(str(config.dataset), config.listen, config.show, config.seed, config.output)


def _open_judges(config: ReportConfig, console: Console) -> Judges:
    """Raises InputError: one of them cannot be had."""
    threads = config.threads
    second = config.second.with_threads(threads) if config.speaks else None
    judges = Judges(config.judges.with_threads(threads), second=second)
    with waiting("fetching the judges", console):
        judges.fetch()
    return judges


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def main(config: ReportConfig, judges: Judges | None = None) -> int:
    console = Console()
    report = evaluate(config, console, judges)
    storage.write_bytes(storage.join(config.output, f"{config.name}.json"), to_json(report))
    page = write_page(report, config)
    print_summary(report, console)
    console.print(f"written to {page}", highlight=False)
    if config.card is not None:
        fill_card(config.card, card_text(report))
        console.print(f"and to {config.card}", highlight=False)
    whole = not any(system.error or system.references_error for system in report.systems)
    whole = whole and not (report.testset and report.testset.error)
    whole = whole and not (report.dataset and report.dataset.error)
    return 0 if whole and all(check.passed for check in report.gate) else 1


def checked(config: ReportConfig) -> int:
    """`main`, once everything that was asked for is known to be there.

    Raises:
        InputError: an output that is not a report's; a system, test set or dataset that is missing.
    """
    kind = Kind("report", (f"{config.name}.json",), (f"{config.name}.html", "audio"))
    check_folder(config.output, kind)
    check_systems(config.systems)
    config.watermark.check()
    if config.card is not None:
        check_card(config.card)
    if config.teacher is not None:
        check_teacher(config.teacher)
    if config.speaks:
        storage.check_readable(config.testset, "testset")
        read_testset(config.testset, config.language, config.limit)
        read_kinds(config, None)
    for key in ("dataset", "held_out"):
        place = getattr(config, key)
        if place is not None and not storage.list_names(place):
            raise InputError(f"{key}={place} is not there, or is empty")
        if place is not None and not list_parts(place, "data"):
            raise InputError(f"{key}={place} is no dataset: it has no data/*.parquet (make synth)")
    return main(config)


if __name__ == "__main__":
    sys.exit(run_app(ReportConfig, "eval", checked))
