/* The text picker: “;” in a text area, or its button, opens a list of texts; the one chosen is filled in and inserted.
 *
 * A text area has one by data-picker="address", with data-picker-context (a query string about the page) and
 * data-picker-with="client=client_id" (fields of the same form whose values belong to that). The server answers:
 *   GET  address?q=…           <li role="option" id data-url> for each text
 *   GET  data-url              the pane: a preview [data-picker-preview] and a form, where something is asked for
 *   POST form[data-preview-url] the pane again, for the values so far
 *   POST data-url              JSON {id, text} to be inserted; or 422 and the pane, which says what is missing
 * The id goes with the form that the text area belongs to, as `inserted`.
 */

const TYPED = /(?:^|\s);([^\s;][^\n;]{0,59})?$/;
const PAUSE = 40; // between two questions, in ms: one in flight per key would only slow the last
const narrow = matchMedia("(max-width: 639.98px)");

let box, search, list, none, pane, status;
let area = null; // the text area; null while closed
let asker = null; // where the query is typed: the text area itself, or the search field
let from = 0, to = 0; // what the text will replace
let typed = "";
let dismissed = -1; // the “;” at which Escape was pressed
let asking = null, answered = Promise.resolve(), lastAsked = 0, pause = 0;
let panes = new Map(), looking = 0;

const options = () => [...list.children];
const chosen = () => list.querySelector('[aria-selected="true"]');
const filling = () => box.classList.contains("is-filling");
const setFilling = (on) => {
  box.classList.toggle("is-filling", on);
  // A preview that scrolls must be reached by keyboard; a form is by its fields.
  pane.tabIndex = on ? -1 : 0;
};
const isOpen = () => area !== null;

function build() {
  box = document.getElementById("picker-template").content.firstElementChild.cloneNode(true);
  search = box.querySelector("[role=combobox]");
  list = box.querySelector("[role=listbox]");
  none = box.querySelector(".picker-none");
  pane = box.querySelector(".picker-pane");
  status = box.querySelector("[role=status]");
  search.addEventListener("input", ask);
  list.addEventListener("pointermove", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });
  // Pressing must not take the caret out of the text.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option) take(option);
  });
  box.querySelector("[data-picker-close]").addEventListener("click", () => close(true));
  pane.addEventListener("input", ({ target }) => later(target.form));
  pane.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    insert(event.target.getAttribute("action"), new FormData(event.target));
  });
  pane.addEventListener("click", ({ target }) => target.closest("[data-picker-back]") && back());
}

/* Opening and closing */

function open(target, { start, end, by }) {
  if (!box) build();
  const home = target.closest("dialog") ?? document.body;
  if (box.parentElement !== home) home.append(box);
  area = target;
  asker = by;
  [from, to] = [start, end];
  panes = new Map();
  asking = null;
  lastAsked = 0;
  search.value = "";
  search.closest(".picker-search").hidden = asker === area;
  setFilling(false);
  list.replaceChildren();
  pane.replaceChildren();
  none.hidden = true;
  status.textContent = "";
  box.showPopover();
  if (asker === area) {
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);
  } else search.focus();
  place();
}

function close(refocus = false) {
  if (!isOpen()) return;
  const was = area;
  for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) was.removeAttribute(name);
  asking?.abort();
  clearTimeout(pause);
  clearTimeout(looking);
  area = asker = null;
  box.hidePopover();
  if (refocus && was.isConnected) was.focus();
}

/** Where the caret stands in the window: measured in a copy of the text area whose text is laid out alike. */
function caret() {
  const copy = document.createElement("div");
  const style = getComputedStyle(area);
  for (const name of ["font", "letterSpacing", "lineHeight", "padding", "border", "boxSizing", "textIndent", "tabSize"]) {
    copy.style[name] = style[name];
  }
  Object.assign(copy.style, { position: "fixed", visibility: "hidden", width: style.width, whiteSpace: "pre-wrap", overflowWrap: "break-word" });
  const mark = document.createElement("span");
  mark.textContent = area.value.slice(from, to) || "\u200b";
  copy.append(area.value.slice(0, from), mark);
  document.body.append(copy);
  const at = area.getBoundingClientRect();
  const [left, top, height] = [mark.offsetLeft, mark.offsetTop - area.scrollTop, mark.offsetHeight];
  copy.remove();
  return { left: at.left + left, top: at.top + Math.min(Math.max(top, 0), area.clientHeight), height };
}

function place() {
  for (const name of ["left", "top", "bottom"]) box.style[name] = "";
  if (narrow.matches) {
    // A sheet at the foot of what can be seen: above the keyboard of a telephone, not under it.
    const seen = window.visualViewport;
    box.style.bottom = `${Math.max(0, innerHeight - seen.height - seen.offsetTop)}px`;
    return;
  }
  const at = caret();
  const below = at.top + at.height + 6;
  const fits = below + box.offsetHeight + 8 <= innerHeight;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${fits ? below : Math.max(8, Math.min(at.top - box.offsetHeight - 6, innerHeight - box.offsetHeight - 8))}px`;
}

/* The list */

function context() {
  const given = new URLSearchParams(area.dataset.pickerContext);
  for (const pair of (area.dataset.pickerWith ?? "").split(" ").filter(Boolean)) {
    const [name, field] = pair.split("=");
    const value = area.form?.elements[field]?.value;
    if (value) given.set(name, value);
  }
  if (area.maxLength >= 0) given.set("room", Math.max(0, area.maxLength - area.value.length + (to - from)));
  return given;
}

function withContext(address, more = {}) {
  const given = context();
  for (const [name, value] of Object.entries(more)) given.set(name, value);
  return `${address}?${given}`;
}

function ask() {
  clearTimeout(pause);
  const wait = Math.max(0, lastAsked + PAUSE - performance.now());
  answered = new Promise((resolve) => {
    const go = () => resolve(fetchList());
    if (wait) pause = setTimeout(go, wait);
    else go();
  });
}

async function fetchList() {
  if (!isOpen()) return;
  lastAsked = performance.now();
  asking?.abort();
  const mine = (asking = new AbortController());
  const q = asker === area ? typed : search.value.trim();
  try {
    const answer = await fetch(withContext(area.dataset.picker, { q }), { signal: mine.signal, headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const rows = fragment(await answer.text());
    if (asking !== mine || !isOpen()) return;
    list.replaceChildren(...rows.querySelectorAll("[role=option]"));
    settle();
  } catch (error) {
    // A newer key stopped this question; its answer is no longer wanted.
    if (error.name !== "AbortError" && isOpen()) status.textContent = box.dataset.failed;
  }
}

function settle() {
  const found = options().length;
  none.hidden = found > 0;
  list.hidden = found === 0;
  box.classList.toggle("is-empty", found === 0);
  status.textContent = box.dataset.found.replace("{n}", found);
  choose(options()[0]);
  place();
}

function choose(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) asker.setAttribute("aria-activedescendant", option.id);
  else asker.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
  clearTimeout(looking);
  if (option) looking = setTimeout(() => show(option), panes.has(option.dataset.url) ? 0 : 60);
  else pane.replaceChildren();
}

/* The pane */

function fragment(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

/** The pane's content for a text, as HTML; asked for once for each. */
function look(option) {
  const { url } = option.dataset;
  if (!panes.has(url)) {
    const answer = fetch(withContext(url), { headers: { "HX-Request": "true" } })
      .then((found) => (found.ok ? found.text() : Promise.reject(new Error(String(found.status)))));
    answer.catch(() => panes.delete(url));
    panes.set(url, answer);
  }
  return panes.get(url);
}

async function show(option) {
  try {
    const html = await look(option);
    if (!isOpen() || filling() || chosen() !== option) return;
    pane.replaceChildren(...fragment(html).childNodes);
    place();
  } catch {
    if (isOpen()) status.textContent = box.dataset.failed;
  }
}

async function take(option) {
  if (!option || filling()) return;
  clearTimeout(looking);
  await show(option);
  if (!isOpen() || chosen() !== option) return;
  const form = pane.querySelector("form");
  if (form) fill(form);
  else await insert(option.dataset.url, new FormData());
}

/** Ask for what the text needs, in place. */
function fill(form) {
  setFilling(true);
  const first = form.querySelector("[aria-invalid=true]") ?? form.querySelector("input:not([type=hidden]), select, textarea");
  (first ?? pane).focus();
  place();
}

function back() {
  setFilling(false);
  asker.focus();
  if (asker === area) area.setSelectionRange(to, to);
  place();
}

let waiting = 0;
function later(form) {
  const address = form?.dataset.previewUrl;
  if (!address) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await post(address, new FormData(form));
    if (!answer?.ok || !form.isConnected) return;
    const fresh = fragment(await answer.text()).querySelector("[data-picker-preview]");
    if (fresh) pane.querySelector("[data-picker-preview]")?.replaceWith(fresh);
  }, 200);
}

/* Inserting */

async function post(address, data) {
  try {
    return await fetch(withContext(address), {
      method: "POST",
      body: data,
      headers: { "HX-Request": "true", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
    });
  } catch {
    return null;
  }
}

let sending = false;
async function insert(address, data) {
  if (sending) return;
  sending = true;
  const answer = await post(address, data);
  sending = false;
  if (!isOpen()) return;
  if (answer?.status === 422) {
    clearTimeout(waiting);
    pane.replaceChildren(...fragment(await answer.text()).childNodes);
    const form = pane.querySelector("form");
    if (form) fill(form);
    else place();
  } else if (answer?.ok) {
    const { id, text } = await answer.json();
    put(text, id);
  } else status.textContent = box.dataset.failed;
}

function put(text, id) {
  const into = area;
  const behind = into.value.length - to;
  close();
  if (!into.isConnected) return;
  into.focus();
  into.setSelectionRange(from, into.value.length - behind >= from ? to : from);
  // The one way that a browser's own undo knows of; it is called outdated, and there is no other.
  if (!document.execCommand("insertText", false, text)) {
    into.setRangeText(text, from, to, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const kept = document.createElement("input");
  Object.assign(kept, { type: "hidden", name: "inserted", value: id });
  into.after(kept);
}

/* Keys */

function moved(key) {
  const all = options();
  const at = all.indexOf(chosen());
  return { ArrowDown: all[(at + 1) % all.length], ArrowUp: all[(at - 1 + all.length) % all.length], Home: all[0], End: all.at(-1) }[key];
}

document.addEventListener(
  "keydown",
  async (event) => {
    if (!isOpen() || event.isComposing) return;
    const inside = box.contains(event.target);
    if (event.key === "Escape" && (inside || event.target === area)) {
      event.preventDefault();
      event.stopPropagation();
      if (filling()) back();
      else {
        dismissed = asker === area ? from : -1;
        close(true);
      }
    } else if (filling()) {
      const form = event.target.closest?.("form");
      // A select has no use of its own for Enter; in a long text it is a new line.
      if (inside && event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.matches("select"))) {
        event.preventDefault();
        form?.requestSubmit();
      }
    } else if (event.target === asker && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey) {
      const to = moved(event.key);
      if (to) {
        event.preventDefault();
        choose(to);
      } else if (event.key === "Tab" || event.key === "Enter") {
        // Whoever knows the shortcut is quicker than the answer; the key waits for it.
        if (list.hidden && !none.hidden) return;
        event.preventDefault();
        await answered;
        if (isOpen()) take(chosen());
      }
    }
  },
  true,
);

document.addEventListener("input", ({ target, isComposing }) => {
  if (isComposing || !target.matches?.("textarea[data-picker]") || target.readOnly) return;
  if (isOpen() && (target !== area || filling())) return;
  const end = target.selectionStart;
  const line = target.value.slice(Math.max(0, end - 64), end);
  const found = target.selectionEnd === end ? TYPED.exec(line) : null;
  const start = found ? end - (found[1]?.length ?? 0) - 1 : -1;
  if (!found || start === dismissed) {
    if (start !== dismissed) dismissed = -1;
    if (isOpen() && asker === area) close();
    return;
  }
  dismissed = -1;
  typed = found[1] ?? "";
  if (!isOpen()) open(target, { start, end, by: target });
  [from, to] = [start, end];
  ask();
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-picker-for]");
  const into = button && document.getElementById(button.dataset.pickerFor);
  if (!into || into.readOnly || into.disabled) return;
  if (!box) build();
  close();
  open(into, { start: into.selectionStart, end: into.selectionEnd, by: search });
  ask();
});

// A caret that went elsewhere, or a press elsewhere, is another wish.
document.addEventListener("pointerdown", ({ target }) => {
  if (isOpen() && !box.contains(target) && !target.closest?.("[data-picker-for]")) close();
});
document.addEventListener("selectionchange", () => {
  if (isOpen() && asker === area && !filling() && document.activeElement === area && area.selectionStart !== to && !sending) close();
});
document.addEventListener("focusin", ({ target }) => {
  if (isOpen() && target !== area && !box.contains(target)) close();
});
document.addEventListener("htmx:after:swap", () => {
  if (isOpen() && !area.isConnected) close();
});
for (const name of ["resize", "scroll"]) {
  window.visualViewport?.addEventListener(name, () => isOpen() && place());
}
