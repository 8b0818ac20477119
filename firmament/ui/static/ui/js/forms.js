/* Forms: sent once, filters that apply themselves, and attention on what is wrong. */

// Two presses on "Send" are one wish. The lock opens again when the answer is a fragment, or on going back.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[data-file-drop]")) return;
  if (form.classList.contains("is-sending")) {
    event.preventDefault();
    return;
  }
  form.classList.add("is-sending");
  // An answer that is a download leaves the page standing, and tells nobody that it arrived.
  setTimeout(() => form.classList.remove("is-sending"), 5000);
});

function unlock(root) {
  root.querySelectorAll("form.is-sending").forEach((form) => form.classList.remove("is-sending"));
}

addEventListener("pageshow", () => unlock(document));
document.addEventListener("htmx:finally:request", ({ target }) => {
  target.closest?.("form")?.classList.remove("is-sending");
  unlock(document);
});

// Filters: a choice applies at once, typing when it pauses.
const waiting = new WeakMap();

function apply(form, delay) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => form.isConnected && form.requestSubmit(), delay));
}

document.addEventListener("change", ({ target }) => {
  const form = target.form;
  if (form?.matches("[data-autosubmit]") && target.type !== "search" && target.type !== "text") apply(form, 0);
});

document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (form?.matches("[data-autosubmit]") && (target.type === "search" || target.type === "text")) apply(form, 300);
});

// Empty filters only lengthen the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-autosubmit]")) return;
  for (const name of new Set(event.formData.keys())) {
    if (event.formData.getAll(name).every((value) => value === "")) event.formData.delete(name);
  }
});

/* A list's rows are exchanged under forms that stand. What was chosen since then is in the address:
 *
 * data-here: the form is sent to the present address. data-takes-along="sort view": these come from it, whatever the
 * form held when it was drawn. data-keeps-address="columns": everything comes from it but what the form itself says.
 */
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-here]")) target.action = location.pathname + location.search;
}, true);

document.addEventListener("formdata", ({ target, formData }) => {
  const here = new URLSearchParams(location.search);
  const { takesAlong, keepsAddress } = target.dataset;
  const own = keepsAddress?.split(" ") ?? [];
  const names = keepsAddress === undefined ? takesAlong?.split(" ") ?? [] : [...here.keys(), ...formData.keys()];
  for (const name of new Set(names)) {
    if (own.includes(name)) continue;
    formData.delete(name);
    if (name === "before" || name === "after") continue;
    for (const value of here.getAll(name)) formData.append(name, value);
  }
});

function attend(root) {
  const summary = root.querySelector?.("[data-focus-on-arrival]");
  if (summary && !summary.dataset.seen) {
    summary.dataset.seen = "1";
    summary.focus();
  }
}

attend(document);
document.addEventListener("htmx:after:swap", () => attend(document));
