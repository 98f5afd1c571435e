// A link to a sentence (#s12, or #its-id-in-the-test-set) opens, clears and lights up what hides it.

function linked(hash) {
  let name = hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // a stray percent sign is meant as it stands
  }
  if (!name) return null;
  return document.getElementById(name) ?? [...document.querySelectorAll("[data-id]")].find((e) => e.dataset.id === name);
}

function follow() {
  for (const lit of document.querySelectorAll(".linked")) lit.classList.remove("linked");
  const target = linked(location.hash);
  if (!target) return;
  const root = target.closest("[data-filtered]");
  if (root && target.hidden) clearFilter(root);
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target.dataset.id !== undefined) target.classList.add("linked");
  target.scrollIntoView();
}

addEventListener("hashchange", follow);
follow();
