// Clips are chosen by system, voice and flag; a sentence stays as long as one of its clips is chosen.

/** An element with properties, and children or texts in it. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function applyFilter(root) {
  const wanted = {};
  for (const select of root.querySelectorAll("[data-filter]")) wanted[select.dataset.filter] = select.value;
  const chosen = (clip) => matches(clip.dataset, wanted);
  for (const row of root.querySelectorAll("tr[data-flags]")) row.hidden = !chosen(row);
  const sentences = [...root.querySelectorAll(".sentence")];
  for (const sentence of sentences) {
    const clips = [...sentence.querySelectorAll("[data-flags]")];
    sentence.hidden = !clips.some(chosen);
    // The other systems' clips of a sentence stay to be compared with, unless one system is asked for.
    for (const clip of clips) {
      clip.hidden = Boolean(wanted.system) && clip.dataset.system !== wanted.system;
      if (!sentence.id) clip.hidden = clip.hidden || !chosen(clip);
    }
    sentence.dispatchEvent(new CustomEvent("filtered"));
  }
  const shown = sentences.filter((sentence) => !sentence.hidden).length;
  const count = root.querySelector("[data-count]");
  count.textContent = shown === sentences.length ? "" : `${shown} of ${sentences.length} shown`;
}

function clearFilter(root) {
  for (const select of root.querySelectorAll("[data-filter]")) select.value = "";
  applyFilter(root);
}

for (const root of document.querySelectorAll("[data-filtered]")) {
  root.addEventListener("change", (event) => {
    if (event.target.matches("[data-filter]")) applyFilter(root);
  });
  applyFilter(root); // a browser may have kept what was chosen before a reload
}
