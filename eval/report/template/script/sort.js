// Tables are sorted by the column whose head is pressed.
function key(row, column) {
  const cell = row.cells[column];
  if (cell === undefined) return ""; // a system that is missing has one cell for all columns
  const given = cell.dataset.sort;
  const text = given === undefined ? cell.textContent.trim() : given;
  const number = Number(text);
  return text !== "" && !Number.isNaN(number) ? number : text.toLowerCase();
}
function compare(a, b) {
  if (a === b) return 0;
  if (a === "") return 1;
  if (b === "") return -1;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : 1;
}
function sort(header) {
  const table = header.closest("table");
  const column = header.cellIndex;
  const rising = header.getAttribute("aria-sort") !== "ascending";
  for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [key(row, column), row]);
  rows.sort((a, b) => {
    if (a[0] === "" || b[0] === "") return compare(a[0], b[0]);
    return rising ? compare(a[0], b[0]) : compare(b[0], a[0]);
  });
  body.append(...rows.map((pair) => pair[1]));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("th button");
  if (button) sort(button.closest("th"));
});
