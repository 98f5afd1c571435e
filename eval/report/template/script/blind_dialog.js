// The dialog of a blind test: two clips of a sentence as A and B, and which of them is better.

function pressed(text, action) {
  const button = make("button", { type: "button" }, text);
  button.addEventListener("click", action);
  return button;
}

function line(className, text) {
  return make("p", { className }, make("bdi", { textContent: text }));
}

class BlindDialog {
  /** `closed` is called with what the votes come to. */
  constructor(votes, closed) {
    this.votes = votes;
    this.closed = closed;
    this.keys = {};
    this.silence = () => {};
    this.body = make("div", { className: "trial" });
    this.dialog = make("dialog", {}, this.body);
    this.dialog.setAttribute("aria-label", "blind test");
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
  }

  open() {
    for (const audio of document.querySelectorAll("audio")) audio.pause();
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.next();
  }

  close() {
    this.silence();
    this.dialog.close();
    this.dialog.remove();
    this.closed(this.votes.text);
  }

  key(event) {
    const action = this.keys[event.key.toLowerCase()];
    const pressesIt = event.key === " " && event.target.tagName === "BUTTON";
    if (!action || pressesIt || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  show(keys, ...children) {
    this.silence();
    this.silence = () => {};
    this.keys = keys;
    this.body.replaceChildren(...children);
  }

  next() {
    const { trial } = this.votes;
    if (trial) this.ask(trial);
    else this.tell();
  }

  /** Votes wait until both clips were heard; where one does not load, the sentence can be left out. */
  ask(trial) {
    const order = trial.swapped ? [1, 0] : [0, 1];
    const clips = order.map((which) => ({ audio: new Audio(trial.of.sources[which]), seconds: trial.of.seconds[which] }));
    const heard = new Set();
    const listen = (place) => {
      player.select(place);
      if (!player.playing) player.play();
    };
    const vote = (choice) => {
      this.votes.add(trial, choice);
      this.next();
    };
    const buttons = [
      pressed("A is better", () => vote(order[0])),
      pressed("No preference", () => vote(null)),
      pressed("B is better", () => vote(order[1])),
    ];
    const trouble = troubleWith(clips, () => {
      this.votes.skip(trial);
      this.next();
    });
    const controls = transport(() => player);
    const choice = switches([["A"], ["B"]], listen);
    const player = new Player(clips, () => {
      controls.show();
      choice.show(player.current);
      if (player.playing) heard.add(player.current);
      for (const button of buttons) button.disabled = heard.size < 2;
      trouble.show();
    });
    const [a, none, b] = buttons.map((button) => () => button.click());
    this.show(
      { a: () => listen(0), b: () => listen(1), " ": () => player.toggle(), 1: a, 0: none, 2: b },
      line("eyebrow", `Blind test · sentence ${this.votes.votes.length + 1} of ${this.votes.sentences.length}`),
      line("text", trial.of.text),
      controls.element,
      choice.element,
      make("div", { className: "votes" }, ...buttons),
      trouble.element,
      line("soft", "Listen to both, then choose. Keys: A and B to listen, space; 1 for A, 2 for B, 0 for neither."),
      this.foot(this.votes.votes.length > 0),
    );
    choice.element.setAttribute("aria-label", "which clip is heard");
    choice.buttons[0].focus();
    this.silence = () => clips.forEach(({ audio }) => audio.pause());
    player.update();
  }

  foot(begun) {
    const back = () => {
      this.votes.undo();
      this.next();
    };
    const before = begun ? [pressed("Back", back), pressed("Result so far", () => this.tell())] : [];
    return make("div", { className: "foot" }, ...before, pressed("Close", () => this.close()));
  }

  tell() {
    const { result, systems, votes, sentences, trial } = this.votes;
    const again = () => {
      this.votes.startAgain();
      this.next();
    };
    const save = () => download("preference.json", exported(this.votes));
    const counts = [...systems.map((system, which) => `${system}: ${result.counts[which]}`), `no preference: ${result.none}`];
    const foot = make(
      "div",
      { className: "foot" },
      ...(trial ? [pressed("Go on", () => this.next())] : []),
      pressed("Save as JSON", save),
      pressed("Start again", again),
      pressed("Close", () => this.close()),
    );
    this.show(
      {},
      line("eyebrow", `Blind test · ${votes.length} of ${sentences.length} sentences`),
      line("text", this.votes.text),
      ...(result.decided >= enough ? [odds(result.interval)] : []),
      make("ul", {}, ...counts.map((text) => make("li", {}, make("bdi", { textContent: text })))),
      foot,
    );
    foot.firstChild.focus();
  }
}

/** What is said, and offered, where a clip does not load; call its `show` when that may have changed. */
function troubleWith(clips, skip) {
  const missing = line("error", "A clip of this sentence cannot be played: it is not beside the page, or not whole.");
  const element = make("div", { hidden: true }, missing, make("div", { className: "votes" }, pressed("Leave it out", skip)));
  element.setAttribute("role", "status");
  return { element, show: () => (element.hidden = !clips.some(({ audio }) => audio.error)) };
}

/** The interval of a preference between nobody's and everybody's, with the half marked. */
function odds({ estimate, low, high }) {
  const [even, span, dot] = ["even", "span", "dot"].map((className) => make("span", { className }));
  span.style.left = `${100 * low}%`;
  span.style.width = `${100 * (high - low)}%`;
  dot.style.left = `${100 * estimate}%`;
  return make("div", { className: "odds", ariaHidden: "true" }, even, span, dot);
}

/** A button, and where there are more than two systems a choice of two of them. */
function offerBlindTest(place, shown) {
  const cards = [...document.querySelectorAll("section.sentence .clip")].filter((card) => card.querySelector("audio"));
  const names = [...new Set(cards.map((card) => card.dataset.system))];
  if (names.length < 2) return;
  const pickers = [0, 1].map((which) => {
    const select = make("select", {}, ...names.map((name) => make("option", { value: name, textContent: name })));
    select.setAttribute("aria-label", which ? "second system" : "first system");
    select.selectedIndex = which;
    return select;
  });
  const chosen = () => new BlindVotes(pickers.map((picker) => picker.value));
  const start = pressed("Blind test", () => {
    const told = (text) => {
      tell(text);
      start.focus();
    };
    new BlindDialog(chosen(), told).open();
  });
  function tell(text) {
    shown.textContent = text && `Your blind test: ${text}`;
  }
  function picked() {
    const votes = chosen();
    start.disabled = votes.systems[0] === votes.systems[1] || !votes.sentences.length;
    tell(start.disabled ? "" : votes.text);
  }
  for (const picker of pickers) picker.addEventListener("change", picked);
  if (names.length > 2) place.append(pickers[0], " or ", pickers[1], " ");
  place.append(start);
  picked();
}

const blindPlace = document.querySelector("[data-blind]");
if (blindPlace) offerBlindTest(blindPlace, document.querySelector("[data-preference]"));
