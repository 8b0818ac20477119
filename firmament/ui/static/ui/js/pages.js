/* Small behaviour of pages: copying, and folding the menu. */

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy-button]");
  if (!button) return;
  const { copy } = button.closest("[data-copy]").dataset;
  try {
    await navigator.clipboard.writeText(copy);
  } catch {
    // Without permission, or over plain http: select the text, so that one key copies it.
    getSelection().selectAllChildren(button.previousElementSibling);
    return;
  }
  document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text: button.dataset.done, seconds: 3 } }));
});

document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("[data-rail-toggle]")) return;
  const narrow = document.documentElement.classList.toggle("is-narrow");
  // A cookie and not localStorage: the server draws the next page folded at once, so nothing jumps.
  document.cookie = `ui_menu=${narrow ? "narrow" : "wide"}; path=/; max-age=31536000; samesite=lax`;
});

// Where tabs are wider than the telephone, the one that is open stands in sight.
document.querySelectorAll(".tab[aria-current]").forEach((tab) => tab.scrollIntoView({ block: "nearest", inline: "center" }));

// Folded sections stay folded from page to page.
const key = "ui-folded";
const folded = new Set(JSON.parse(sessionStorage.getItem(key) ?? "[]"));

document.querySelectorAll(".rail-section > summary").forEach((summary) => {
  const section = summary.parentElement;
  const name = summary.textContent.trim();
  if (folded.has(name) && !section.querySelector("[aria-current]")) section.open = false;
  section.addEventListener("toggle", () => {
    if (section.open) folded.delete(name);
    else folded.add(name);
    sessionStorage.setItem(key, JSON.stringify([...folded]));
  });
});
