// A blind test of two systems: which of A and B is better, sentence by sentence, and what that comes to.

const enough = Number(document.body.dataset.enough);

/** Sentences with audio of both systems: { id, text, sources: [first's, second's], seconds }. */
function comparable(systems) {
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

function exported(state, systems, seed) {
  const found = preference(state.votes, systems, enough);
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
    votes: state.votes.map(({ sentence, swapped, choice }) => ({
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

/** The dialog of one test; `told` is called with the result so far. */
function blindTest(systems, told) {
  const store = memory(systems);
  const sentences = comparable(systems);
  const byId = new Map(sentences.map((sentence) => [sentence.id, sentence]));
  let state = store.load();
  state = { ...state, votes: state.votes.filter((vote) => byId.has(vote.sentence)) };
  const seed = () => Number(document.body.dataset.seed) + 1000 * state.round;
  const body = make("div", { className: "trial" });
  const dialog = make("dialog", { className: "blindtest" }, body);
  dialog.setAttribute("aria-label", "blind test");
  let stop = () => {};
  let keys = {};

  function show(...children) {
    stop();
    stop = () => {};
    keys = {};
    body.replaceChildren(...children);
  }

  function button(text, action, className = "") {
    const made = make("button", { type: "button", className }, text);
    made.addEventListener("click", action);
    return made;
  }

  function close() {
    stop();
    dialog.close();
    dialog.remove();
    told(state.votes.length ? preferenceText(preference(state.votes, systems, enough), enough) : "");
  }

  function next() {
    const trials = blindTrials(sentences.map((sentence) => sentence.id), seed());
    const trial = trials[state.votes.length];
    if (trial) ask(trial, trials.length);
    else result();
  }

  function vote(trial, choice) {
    state = { ...state, votes: [...state.votes, { ...trial, choice }] };
    store.save(state);
    next();
  }

  function undo() {
    state = { ...state, votes: state.votes.slice(0, -1) };
    store.save(state);
    next();
  }

  function ask(trial, count) {
    const { text, sources, seconds } = byId.get(trial.sentence);
    const order = trial.swapped ? [1, 0] : [0, 1];
    const clips = order.map((which) => ({ audio: new Audio(sources[which]), seconds: seconds[which] }));
    const heard = new Set();
    const controls = transport(() => player);
    const choice = switches([["A"], ["B"]], listen);
    const votes = [
      ["A is better", order[0]],
      ["No preference", null],
      ["B is better", order[1]],
    ].map(([label, which]) => button(label, () => vote(trial, which)));
    const player = new Player(clips, () => {
      controls.show();
      choice.show(player.current);
      if (player.playing) heard.add(player.current);
      for (const one of votes) one.disabled = heard.size < 2;
    });
    function listen(place) {
      player.select(place);
      if (!player.playing) player.play();
    }
    const row = make("div", { className: "votes" }, ...votes);
    const foot = make("div", { className: "foot" });
    if (state.votes.length) foot.append(button("Back", undo), button("Result so far", result));
    foot.append(button("Close", close));
    show(
      make("p", { className: "eyebrow", textContent: `Blind test · sentence ${state.votes.length + 1} of ${count}` }),
      make("p", { className: "text" }, make("bdi", { textContent: text })),
      controls.element,
      choice.element,
      row,
      make("p", { className: "soft hint", textContent: "Listen to both, then choose. Keys: A, B, space; 1 for A, 2 for B, 0 for neither." }),
      foot,
    );
    choice.element.setAttribute("aria-label", "which clip is heard");
    choice.buttons[0].focus();
    stop = () => clips.forEach(({ audio }) => audio.pause());
    keys = { a: () => listen(0), b: () => listen(1), " ": () => player.toggle() };
    [["1", 0], ["0", 1], ["2", 2]].forEach(([key, place]) => (keys[key] = () => votes[place].click()));
    player.update();
  }

  function bar(found) {
    const { low, high, estimate } = found.interval;
    const span = make("span", { className: "span" });
    span.style.left = `${100 * low}%`;
    span.style.width = `${100 * (high - low)}%`;
    const dot = make("span", { className: "dot" });
    dot.style.left = `${100 * estimate}%`;
    const even = make("span", { className: "even" });
    return make("div", { className: "odds", ariaHidden: "true" }, even, span, dot);
  }

  function result() {
    const found = preference(state.votes, systems, enough);
    const rows = systems.map((system, which) => `${system}: ${found.counts[which]}`);
    const whole = state.votes.length >= sentences.length;
    const foot = make("div", { className: "foot" });
    if (!whole) foot.append(button("Go on", next));
    foot.append(
      button("Save as JSON", () => download("preference.json", exported(state, systems, seed()))),
      button("Start again", again),
      button("Close", close),
    );
    const lines = [...rows, `no preference: ${found.none}`].map((text) => make("li", {}, make("bdi", { textContent: text })));
    show(
      make("p", { className: "eyebrow", textContent: `Blind test · ${state.votes.length} of ${sentences.length} sentences` }),
      make("p", { className: "text" }, make("bdi", { textContent: preferenceText(found, enough) })),
      ...(found.decided >= enough ? [bar(found)] : []),
      make("ul", {}, ...lines),
      foot,
    );
    foot.firstChild.focus();
  }

  function again() {
    state = { round: state.round + 1, votes: [] };
    store.save(state);
    next();
  }

  dialog.addEventListener("keydown", (event) => {
    const action = keys[event.key.toLowerCase()];
    const pressesIt = event.key === " " && event.target.tagName === "BUTTON";
    if (!action || pressesIt || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  return {
    count: sentences.length,
    text: () => (state.votes.length ? preferenceText(preference(state.votes, systems, enough), enough) : ""),
    open() {
      document.body.append(dialog);
      for (const audio of document.querySelectorAll("audio")) audio.pause();
      dialog.showModal();
      next();
    },
  };
}

function offerBlindTest(place, line) {
  const cards = [...document.querySelectorAll("section.sentence .clip")].filter((card) => card.querySelector("audio"));
  const names = [...new Set(cards.map((card) => card.dataset.system))];
  if (names.length < 2) return;
  const pickers = [0, 1].map((which) => {
    const select = make("select", {}, ...names.map((name) => make("option", { value: name, textContent: name })));
    select.setAttribute("aria-label", which ? "second system" : "first system");
    select.selectedIndex = which;
    return select;
  });
  const chosen = () => blindTest(pickers.map((picker) => picker.value), tell);
  const start = make("button", { type: "button" }, "Blind test");
  const refused = () => pickers[0].value === pickers[1].value || !chosen().count;
  function tell(text) {
    line.textContent = text ? `Your blind test: ${text}` : "";
    start.disabled = refused();
    start.focus();
  }
  start.addEventListener("click", () => chosen().open());
  if (names.length > 2) {
    for (const picker of pickers) picker.addEventListener("change", () => tell(refused() ? "" : chosen().text()));
    place.append(pickers[0], " or ", pickers[1], " ");
  }
  place.append(start);
  const before = refused() ? "" : chosen().text();
  line.textContent = before ? `Your blind test: ${before}` : "";
  start.disabled = refused();
}

const blindPlace = document.querySelector("[data-blind]");
if (blindPlace) offerBlindTest(blindPlace, document.querySelector("[data-preference]"));
