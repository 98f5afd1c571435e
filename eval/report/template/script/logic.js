// What can be computed without a page; tested in node (tests/eval/report/test_page_script.py).

/** Where clip B is as far as clip A is, in seconds: of clips of other durations the same share. */
function samePlace(time, from, to) {
  if (!(from > 0) || !(to > 0)) return 0;
  return Math.min(1, Math.max(0, time / from)) * to;
}

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Another list in an order that follows from the seed (Fisher and Yates). */
function shuffled(items, seed) {
  const random = randomFrom(seed);
  const found = [...items];
  for (let last = found.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [found[last], found[other]] = [found[other], found[last]];
  }
  return found;
}

/** Trials in shuffled order; the first system is A in half of them, in which ones the seed tells. */
function blindTrials(sentences, seed) {
  const swapped = shuffled(sentences.map((_, place) => place % 2 === 1), seed + 1);
  return shuffled(sentences, seed).map((sentence, place) => ({ sentence, swapped: swapped[place] }));
}

/** Wilson's score interval of a share, 95 %; null where nothing was counted. */
function wilson(part, whole) {
  if (!whole) return null;
  const z = 1.959963984540054;
  const share = part / whole;
  const centre = share + (z * z) / (2 * whole);
  const spread = z * Math.sqrt((share * (1 - share)) / whole + (z * z) / (4 * whole * whole));
  const scale = 1 + (z * z) / whole;
  return {
    estimate: share,
    low: part ? (centre - spread) / scale : 0,
    high: part < whole ? (centre + spread) / scale : 1,
    count: whole,
  };
}

/**
 * What the votes of a blind test come to. A vote is { sentence, swapped, choice: 0, 1 or null }; of a sentence
 * that could not be heard it is { unheard: true } besides, and counts for nothing.
 */
function preference(votes, systems, enough) {
  const counts = [0, 1].map((which) => votes.filter((vote) => vote.choice === which).length);
  const decided = counts[0] + counts[1];
  const heard = votes.filter((vote) => !vote.unheard).length;
  const ahead = counts[1] >= counts[0] ? 1 : 0;
  const interval = wilson(counts[ahead], decided);
  let verdict = "within chance";
  if (decided < enough) verdict = "too few to tell";
  else if (interval.low > 0.5) verdict = "preferred";
  return { systems, counts, none: heard - decided, decided, ahead, interval, verdict };
}

/** The same in a sentence. */
function preferenceText(found, enough) {
  const { systems, counts, decided, ahead, interval, verdict, none } = found;
  const without = none ? `, and ${none} without a preference` : "";
  const head = `${systems[ahead]} preferred in ${counts[ahead]} of ${decided}`;
  if (verdict === "too few to tell") {
    return `${head}${without}: too few to tell, at least ${enough} are needed.`;
  }
  const [share, low, high] = [interval.estimate, interval.low, interval.high].map((v) => Math.round(100 * v));
  const told = `${head} (${share} %, 95 % interval ${low} to ${high} %)${without}`;
  return verdict === "preferred" ? `${told}: beyond chance.` : `${told}: within chance.`;
}

/** Whether a clip is one of those that were asked for; an empty wish is for all. */
function matches(clip, wanted) {
  return (
    (!wanted.system || clip.system === wanted.system) &&
    (!wanted.voice || clip.voice === wanted.voice) &&
    (!wanted.flag || clip.flags.split(" ").includes(wanted.flag))
  );
}

function clock(seconds) {
  const whole = Math.max(0, seconds);
  return whole < 60 ? whole.toFixed(1) : `${Math.floor(whole / 60)}:${String(Math.floor(whole % 60)).padStart(2, "0")}`;
}
