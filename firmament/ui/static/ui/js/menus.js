/* Popover menus: arrow keys, and a place for browsers without anchor positioning. */

const anchored = CSS.supports("position-area", "block-end");

function items(menu) {
  return [...menu.querySelectorAll("a[href], button:not([disabled])")];
}

function place(menu, button) {
  const box = button.getBoundingClientRect();
  const start = menu.classList.contains("menu-start");
  const left = start ? box.left : box.right - menu.offsetWidth;
  const below = box.bottom + menu.offsetHeight + 8 <= innerHeight;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${below ? box.bottom : Math.max(8, box.top - menu.offsetHeight - 12)}px`;
}

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("[data-menu]") || event.newState !== "open") return;
    const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
    if (!anchored && button) place(menu, button);
    if (button?.matches(":focus-visible")) items(menu)[0]?.focus();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const opener = event.target.closest?.("button[popovertarget]");
  if (opener && event.key === "ArrowDown") {
    const menu = document.getElementById(opener.getAttribute("popovertarget"));
    if (menu?.matches("[data-menu]")) {
      event.preventDefault();
      menu.showPopover({ source: opener });
      items(menu)[0]?.focus();
    }
    return;
  }
  const menu = event.target.closest?.("[data-menu]");
  if (!menu) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[(to + all.length) % all.length]?.focus();
});

// A choice made by htmx leaves the page standing, and the menu with it.
document.addEventListener("htmx:before:request", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (menu?.matches(":popover-open")) menu.hidePopover();
});
