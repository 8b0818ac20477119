/* Toasts: they go away by themselves unless somebody reads them, and carry the way back.
 *
 * Anything may ask for one: document.dispatchEvent(new CustomEvent("ui:toast", { detail })) or the
 * response header HX-Trigger: {"ui:toast": {"text": …, "tone": …, "undo_url": …, "seconds": …}}.
 */

const region = document.getElementById("toasts");
const template = document.getElementById("toast-template");
const tones = { success: "circle-check", done: "circle-check", warning: "alert-triangle", danger: "alert-circle" };

function live(toast) {
  if (toast.dataset.live) return;
  toast.dataset.live = "1";
  let left = Number(toast.dataset.seconds || 10);
  const timer = setInterval(() => {
    // Reading, or a hand on its button, stops the clock (WCAG 2.2.1).
    if (toast.matches(":hover, :focus-within") || document.hidden) return;
    left -= 1;
    if (left <= 0) close(toast, timer);
  }, 1000);
  toast.querySelector("[data-toast-close]").addEventListener("click", () => close(toast, timer));
}

function close(toast, timer) {
  clearInterval(timer);
  toast.remove();
}

function show({ text, tone = "success", undo_url: undo = "", seconds = 10 }) {
  const toast = template.content.querySelector("[data-toast]").cloneNode(true);
  toast.className = `toast toast-${tone}`;
  toast.setAttribute("role", tone === "danger" ? "alert" : "status");
  toast.dataset.seconds = seconds;
  toast.querySelector(".toast-text").textContent = text;
  const use = toast.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${tones[tone] ?? "info-circle"}`));
  const form = toast.querySelector("form");
  if (undo) form.action = undo;
  else form.remove();
  const token = toast.querySelector("[name=csrfmiddlewaretoken]");
  if (token) token.value = document.querySelector('meta[name="csrf-token"]').content;
  region.append(toast);
  live(toast);
}

document.addEventListener("ui:toast", ({ detail }) => show(detail));
document.addEventListener("htmx:after:swap", () => region.querySelectorAll("[data-toast]").forEach(live));
region.querySelectorAll("[data-toast]").forEach(live);
