/* Single keys. They can be turned off (WCAG 2.1.4), and are silent while somebody writes.
 *
 * An element with data-keys="g c" is pressed by g, then c; data-key-focus="/" takes the focus. Other
 * modules hear every remaining key as "ui:key" on the document.
 */

const PAUSE = 1200;
let typed = [];
let timer = 0;

function writing(target) {
  return target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog, [popover]:popover-open");
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key.length > 1 && event.key !== "Enter") return;
  if (writing(event.target) || document.querySelector("dialog[open]")) return;
  // Enter on a focused link or button is the browser's.
  if (event.key === "Enter" && event.target.closest?.("a, button, summary")) return;
  if (event.key === "?") {
    event.preventDefault();
    document.getElementById("shortcuts-dialog")?.showModal();
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(() => (typed = []), PAUSE);
  typed = [...typed, event.key].slice(-2);
  for (const keys of [typed.join(" "), event.key]) {
    const quoted = CSS.escape(keys);
    const place = document.querySelector(`[data-key-focus="${quoted}"]`);
    if (place) {
      event.preventDefault();
      place.focus();
      place.select?.();
      return;
    }
    const target = document.querySelector(`[data-keys="${quoted}"]`);
    if (target) {
      event.preventDefault();
      typed = [];
      target.click();
      return;
    }
  }
  const heard = new CustomEvent("ui:key", { detail: { key: event.key }, cancelable: true });
  if (!document.dispatchEvent(heard)) event.preventDefault();
}

if (document.body.dataset.shortcuts === "on") document.addEventListener("keydown", press);
