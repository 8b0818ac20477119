/* The palette: Ctrl or Command with K, then the first letters of where to go. */

const dialog = document.querySelector("[data-palette]");

if (dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const none = dialog.querySelector(".palette-none");
  const own = [...list.children];
  let asking = null;

  const shown = () => [...list.children].filter((item) => !item.hidden);

  function choose(item) {
    shown().forEach((other) => other.setAttribute("aria-selected", String(other === item)));
    if (item) input.setAttribute("aria-activedescendant", item.id);
    else input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  }

  function filter() {
    const asked = input.value.trim().toLowerCase().split(/\s+/);
    for (const item of own) {
      const words = item.textContent.toLowerCase();
      item.hidden = !asked.every((word) => words.includes(word));
    }
    settle();
  }

  function settle() {
    none.hidden = shown().length > 0;
    choose(shown()[0]);
  }

  async function search() {
    const address = dialog.dataset.searchUrl;
    list.querySelectorAll("[data-found]").forEach((item) => item.remove());
    asking?.abort();
    if (!address || input.value.trim().length < 2) return;
    asking = new AbortController();
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(input.value.trim())}`, {
        signal: asking.signal, headers: { "HX-Request": "true" },
      });
      if (!answer.ok) return;
      const found = new DOMParser().parseFromString(`<ul>${await answer.text()}</ul>`, "text/html");
      found.querySelectorAll(".palette-item").forEach((item, index) => {
        item.dataset.found = "1";
        item.id = `palette-found-${index}`;
        list.append(item);
      });
      settle();
    } catch {
      // A newer keystroke stopped this question; its answer is no longer wanted.
    }
  }

  let pause = 0;
  input.addEventListener("input", () => {
    filter();
    clearTimeout(pause);
    pause = setTimeout(search, 150);
  });

  input.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter" && all[at]) {
      event.preventDefault();
      location.assign(all[at].dataset.url);
    }
  });

  list.addEventListener("click", ({ target }) => {
    const item = target.closest(".palette-item");
    if (item) location.assign(item.dataset.url);
  });
  list.addEventListener("pointermove", ({ target }) => {
    const item = target.closest(".palette-item");
    if (item && item.getAttribute("aria-selected") !== "true") choose(item);
  });

  dialog.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    input.value = "";
    list.querySelectorAll("[data-found]").forEach((item) => item.remove());
    filter();
    input.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else if (!document.querySelector("dialog[open]")) dialog.showModal();
    }
  });

  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    document.querySelectorAll(".kbd").forEach((key) => {
      if (key.textContent === "Ctrl") key.textContent = "⌘";
    });
  }
}
