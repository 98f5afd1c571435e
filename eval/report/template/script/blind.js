// A blind test of two systems: which of A and B is better, sentence by sentence, and what that comes to.

const enough = Number(document.body.dataset.enough);

/** Sentences with audio of both systems: { id, text, sources: [first's, second's], seconds }. */
function comparableSentences(systems) {
  const found = [];
  for (const section of document.querySelectorAll("section.sentence")) {
    const cards = systems.map((system) =>
      [...section.querySelectorAll(".clip")].find((card) => card.dataset.system === system && card.querySelector("audio")),
    );
    if (cards.every(Boolean)) {
      found.push({
        id: section.id,
        text: section.querySelector(".said bdi").textContent,
        sources: cards.map((card) => card.querySelector("audio").getAttribute("src")),
        seconds: cards.map((card) => Number(card.dataset.seconds)),
      });
    }
  }
  return found;
}

/** Votes outlive the page where the browser lets them. */
function memory(systems) {
  const key = `tts-distill/preference ${document.body.dataset.report} ${JSON.stringify(systems)}`;
  const none = { round: 0, votes: [] };
  return {
    load() {
      try {
        return JSON.parse(localStorage.getItem(key)) ?? none;
      } catch {
        return none;
      }
    },
    save(state) {
      try {
        localStorage.setItem(key, JSON.stringify(state));
      } catch {
        // without storage the votes last as long as the page
      }
    },
  };
}

function exported({ votes, systems, seed, result: found }) {
  return {
    schema: "tts-distill/preference",
    version: 1,
    report: document.body.dataset.report,
    seed,
    systems,
    preferred: Object.fromEntries(systems.map((system, which) => [system, found.counts[which]])),
    no_preference: found.none,
    interval: found.interval && { system: systems[found.ahead], method: "Wilson score, 95 %", ...found.interval },
    verdict: found.verdict,
    votes: votes.filter((vote) => !vote.unheard).map(({ sentence, swapped, choice }) => ({
      sentence,
      a: systems[swapped ? 1 : 0],
      b: systems[swapped ? 0 : 1],
      preferred: choice === null ? null : systems[choice],
    })),
  };
}

function download(name, data) {
  const blob = new Blob([JSON.stringify(data, null, 1)], { type: "application/json" });
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The votes on two systems, kept from page load to page load, and what they come to. */
class BlindVotes {
  constructor(systems) {
    this.systems = systems;
    this.sentences = comparableSentences(systems);
    this.store = memory(systems);
    const { round, votes } = this.store.load();
    const known = new Set(this.sentences.map((sentence) => sentence.id));
    this.round = round;
    this.votes = votes.filter((vote) => known.has(vote.sentence));
  }

  /** Another order in every round. */
  get seed() {
    return Number(document.body.dataset.seed) + 1000 * this.round;
  }

  get result() {
    return preference(this.votes, this.systems, enough);
  }

  get text() {
    return this.votes.length ? preferenceText(this.result, enough) : "";
  }

  /** The trial to come, with its sentence; null after the last. */
  get trial() {
    const trials = blindTrials(this.sentences.map((sentence) => sentence.id), this.seed);
    const trial = trials[this.votes.length];
    return trial ? { ...trial, of: this.sentences.find((sentence) => sentence.id === trial.sentence) } : null;
  }

  add(trial, choice) {
    this.keep(this.round, [...this.votes, { sentence: trial.sentence, swapped: trial.swapped, choice }]);
  }

  /** On from a sentence of which a clip does not load. */
  skip(trial) {
    this.keep(this.round, [...this.votes, { sentence: trial.sentence, swapped: trial.swapped, choice: null, unheard: true }]);
  }

  undo() {
    this.keep(this.round, this.votes.slice(0, -1));
  }

  startAgain() {
    this.keep(this.round + 1, []);
  }

  keep(round, votes) {
    [this.round, this.votes] = [round, votes];
    this.store.save({ round, votes });
  }
}
