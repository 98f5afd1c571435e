// One player for all systems' clips of a sentence: a switch between them keeps its place.

class Player {
  /** `clips` are { audio, seconds }; `changed` is called whenever what can be seen changes. */
  constructor(clips, changed) {
    this.clips = clips;
    this.current = 0;
    this.changed = changed;
    for (const { audio } of clips) {
      for (const name of ["play", "pause", "seeked", "ended", "error"]) audio.addEventListener(name, () => this.update());
    }
  }

  get audio() {
    return this.clips[this.current].audio;
  }

  seconds(place = this.current) {
    const { audio, seconds } = this.clips[place];
    return Number.isFinite(audio.duration) ? audio.duration : seconds;
  }

  get share() {
    return this.seconds() > 0 ? Math.min(1, this.audio.currentTime / this.seconds()) : 0;
  }

  get playing() {
    return !this.audio.paused && !this.audio.ended && !this.audio.error;
  }

  toggle() {
    if (this.playing) this.audio.pause();
    else this.play();
  }

  play() {
    for (const { audio } of this.clips) audio.preload = "auto"; // so that a switch finds its clip loaded
    this.audio.play().catch(() => this.update());
  }

  seek(share) {
    this.audio.currentTime = share * this.seconds();
    this.update();
  }

  /** Go on with another clip where this one is. */
  select(place) {
    if (place === this.current) return;
    const goesOn = this.playing;
    const time = this.audio.ended ? 0 : samePlace(this.audio.currentTime, this.seconds(), this.seconds(place));
    this.audio.pause();
    this.current = place;
    this.audio.currentTime = time;
    if (goesOn) this.play();
    this.update();
  }

  update() {
    this.changed();
    if (this.playing) requestAnimationFrame(() => this.update());
  }
}

/** Play button, place and time of a player; call its `show` when the player changes. */
function transport(player) {
  const button = make("button", { type: "button", className: "play" });
  const place = make("input", { type: "range", min: 0, max: 1000, value: 0 });
  place.setAttribute("aria-label", "place in the clip");
  const time = make("span", { className: "time" });
  button.addEventListener("click", () => player().toggle());
  place.addEventListener("input", () => player().seek(place.value / 1000));
  const show = () => {
    const { playing, share } = player();
    button.textContent = playing ? "\u275a\u275a" : "\u25b6\ufe0e";
    button.setAttribute("aria-label", playing ? "pause" : "play");
    place.value = Math.round(1000 * share);
    place.setAttribute("aria-valuetext", `${clock(share * player().seconds())} seconds`);
    time.textContent = `${clock(share * player().seconds())} / ${clock(player().seconds())} s`;
  };
  return { element: make("div", { className: "transport" }, button, place, time), show };
}

/** Buttons of which one is pressed; `chosen` gets its place. */
function switches(labels, chosen) {
  const buttons = labels.map((label, place) => {
    const button = make("button", { type: "button" }, ...label);
    button.addEventListener("click", () => chosen(place));
    return button;
  });
  const show = (current) => {
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === current)));
  };
  const element = make("div", { className: "switch" }, ...buttons);
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "which system is heard");
  return { element, buttons, show };
}

function playerOf(section) {
  const cards = [...section.querySelectorAll(".clip")].filter((card) => card.querySelector("audio"));
  if (!cards.length) return;
  const clips = cards.map((card) => {
    const audio = card.querySelector("audio");
    audio.removeAttribute("controls");
    return { audio, seconds: Number(card.dataset.seconds) };
  });
  const colour = (card) => [...card.classList].find((name) => /^s\d$/.test(name));
  const labels = cards.map((card) => [
    make("span", { className: `swatch ${colour(card)}` }),
    make("bdi", { textContent: card.dataset.system }),
  ]);
  const heads = cards.map((card) => {
    const head = make("span", { className: "head" });
    card.querySelector(".picture")?.append(head);
    return head;
  });
  const controls = transport(() => player);
  const choice = switches(labels, (place) => player.select(place));
  const player = new Player(clips, () => {
    controls.show();
    choice.show(player.current);
    cards.forEach((card, place) => {
      card.classList.toggle("current", cards.length > 1 && place === player.current);
      heads[place].style.left = `${100 * player.share}%`;
    });
  });
  cards.forEach((card, place) => {
    card.querySelector(".picture")?.addEventListener("click", (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      player.select(place);
      player.seek((event.clientX - box.left) / box.width);
      player.play();
    });
  });
  section.addEventListener("keydown", (event) => {
    const place = Number(event.key) - 1;
    if (!event.ctrlKey && !event.metaKey && !event.altKey && cards[place] && !cards[place].hidden) player.select(place);
    if (event.key === " " && event.target.type === "range") {
      event.preventDefault();
      player.toggle();
    }
  });
  section.addEventListener("filtered", () => {
    cards.forEach((card, place) => (choice.buttons[place].hidden = card.hidden));
    const first = cards.findIndex((card) => !card.hidden);
    if (first >= 0 && cards[player.current].hidden) player.select(first);
    if (section.hidden) player.audio.pause();
  });
  const bar = make("div", { className: "listenbar" }, controls.element);
  if (cards.length > 1) bar.append(choice.element);
  section.querySelector(".said").after(bar);
  player.update();
}

document.documentElement.classList.add("scripted");
for (const section of document.querySelectorAll("section.sentence")) playerOf(section);
document.addEventListener(
  "play",
  (event) => {
    for (const audio of document.querySelectorAll("audio")) {
      if (audio !== event.target) audio.pause();
    }
  },
  true,
);
