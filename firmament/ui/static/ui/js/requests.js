/* htmx and the house: the CSRF token, what a refused request says, and a session that has ended. */

const words = document.getElementById("words")?.dataset ?? {};

function say(text, tone = "danger") {
  document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text, tone } }));
}

document.addEventListener("htmx:config:request", ({ detail }) => {
  const { request } = detail.ctx;
  if (!/^(GET|HEAD)$/i.test(request.method)) {
    request.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
  }
});

// An ended session answers a fragment with the sign-in page; swapped into a table it would only confuse.
document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  if (raw.redirected && new URL(raw.url).pathname.startsWith("/accounts/")) {
    event.preventDefault();
    location.reload();
  } else if (raw.redirected && new URL(raw.url).pathname !== location.pathname) {
    // An action that ends on another page leads there; that page inside this one would be two.
    event.preventDefault();
    location.assign(raw.url);
  }
});

document.addEventListener("htmx:before:request", ({ detail }) => detail.ctx.target?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:finally:request", ({ detail }) => detail.ctx.target?.removeAttribute("aria-busy"));

function explanation(status) {
  if (status === 403) return words.forbidden;
  if (status === 404 || status === 410) return words.gone;
  if (status === 409 || status === 412) return words.stale;
  if (status === 429) return words.busy;
  return words.failed;
}

document.addEventListener("htmx:response:error", ({ detail }) => {
  const { status, headers } = detail.ctx.response;
  if (status === 422) return; // The form itself says what is wrong.
  const id = headers.get("X-Request-ID");
  say(`${explanation(status)}${id ? ` (${words.number} ${id})` : ""}`);
});

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && !detail.ctx.response) say(words.offline);
});
