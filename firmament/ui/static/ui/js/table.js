/* Tables: select all, the count, a press anywhere on a row, and j, k, x, Enter. */

const boxes = (form) => [...form.querySelectorAll('.cell-select input[name="selected"]')];

function count(form) {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked).length;
  const words = form.querySelector("[data-bulk-count]");
  const matching = form.querySelector("[data-select-matching]:checked");
  if (words) words.textContent = matching?.dataset.words ?? words.dataset.words.replace("{count}", chosen);
  const head = form.querySelector("[data-select-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
}

document.addEventListener("change", ({ target }) => {
  const form = target.closest?.(".table-form");
  if (!form) return;
  if (target.matches("[data-select-all]")) boxes(form).forEach((box) => (box.checked = target.checked));
  if (target.matches("[data-select-all], [data-select-matching], .cell-select input")) count(form);
});

document.addEventListener("reset", ({ target }) => {
  if (target.matches(".table-form")) setTimeout(() => count(target));
});

// Shift selects everything between two boxes, as everywhere else.
let last = null;

document.addEventListener("click", (event) => {
  const box = event.target.closest?.('.cell-select input[name="selected"]');
  if (box) {
    const form = box.closest(".table-form");
    const all = boxes(form);
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((other) => (other.checked = box.checked));
      count(form);
    }
    last = box;
    return;
  }
  const row = event.target.closest?.("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, select, summary, [popover]")) return;
  if (String(getSelection())) return;
  open(row, event);
});

function open(row, event) {
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
}

function rows() {
  const table = document.querySelector("main table[data-table-keys]");
  return table ? [...table.querySelectorAll("tbody > tr")] : [];
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("is-current"));
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + step));
  all[at]?.classList.remove("is-current");
  all[to].classList.add("is-current");
  all[to].scrollIntoView({ block: "nearest" });
  // The link carries the focus, so that a screen reader says where one is.
  all[to].querySelector("a[href]")?.focus({ preventScroll: true });
}

document.addEventListener("ui:key", (event) => {
  const { key } = event.detail;
  const current = rows().find((row) => row.classList.contains("is-current"));
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "x" && current) current.querySelector('.cell-select input[name="selected"]')?.click();
  else if (key === "Enter" && current?.dataset.href) location.assign(current.dataset.href);
  else return;
  event.preventDefault();
});

// The next page is read from its beginning.
document.addEventListener("htmx:after:swap", ({ detail }) => {
  const { sourceElement, target } = detail.ctx ?? {};
  if (sourceElement?.matches?.('a[rel="next"], a[rel="prev"]')) target?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:after:swap", () => document.querySelectorAll("form.table-form").forEach(count));
document.querySelectorAll("form.table-form").forEach(count);
