/* Files sent one by one, each with its own progress and its own answer.
 *
 * The server answers a POST of one file with `Accept: application/json`: 2xx {"note": "…"} when it was
 * received, 4xx {"detail": "…"} with the reason in plain words when it was not. Without this module the
 * same form is an ordinary one. fetch() reports no upload progress, hence XMLHttpRequest.
 */

const AT_ONCE = 2;

function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

function answer(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

class Drop {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.input = form.querySelector('input[type="file"]');
    this.list = form.querySelector(".file-list");
    this.template = form.querySelector("template");
    this.queue = [];
    this.sending = 0;
    this.received = 0;
    form.classList.add("is-live");
    this.input.addEventListener("change", () => {
      this.add([...this.input.files]);
      this.input.value = "";
    });
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
    form.addEventListener("dragleave", (event) => {
      if (!form.contains(event.relatedTarget)) form.classList.remove("is-over");
    });
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("is-over");
      const files = [...event.dataTransfer.files];
      this.add(this.input.multiple ? files : files.slice(0, 1));
    });
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  add(files) {
    for (const file of files) {
      const item = this.template.content.firstElementChild.cloneNode(true);
      item.querySelector(".file-name").textContent = file.name;
      item.querySelector(".file-size").textContent = size(file.size);
      this.list.hidden = false;
      this.list.append(item);
      const limit = Number(this.words.maxBytes);
      if (limit && file.size > limit) this.refuse(item, this.words.wordsLarge);
      else if (!file.size) this.refuse(item, this.words.wordsEmpty);
      else this.queue.push({ file, item });
    }
    this.next();
  }

  next() {
    while (this.sending < AT_ONCE && this.queue.length) this.send(this.queue.shift());
    if (!this.sending && !this.queue.length && this.received) this.finish();
  }

  send({ file, item }) {
    const request = new XMLHttpRequest();
    const bar = item.querySelector("progress");
    const stop = item.querySelector("[data-file-stop]");
    const body = new FormData(this.form);
    body.delete(this.input.name);
    body.append(this.input.name, file, file.name);
    this.sending += 1;
    item.querySelector(".file-note").textContent = this.words.wordsSending;
    stop.addEventListener("click", () => request.abort());
    request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = (100 * loaded) / total));
    request.addEventListener("loadend", () => {
      this.sending -= 1;
      this.settle(request, item);
      this.next();
    });
    request.open("POST", this.form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
    request.send(body);
  }

  settle(request, item) {
    if (request.status === 0) {
      // Stopped by hand leaves nothing behind; a broken line says so.
      if (request.readyState === 0) item.remove();
      else this.refuse(item, this.words.wordsOffline);
    } else if (request.status < 300) {
      this.received += 1;
      item.classList.add("file-received");
      this.mark(item, "file-check", answer(request).note || this.words.wordsReceived);
    } else {
      const { detail } = answer(request);
      this.refuse(item, typeof detail === "string" ? detail : this.words.wordsRefused);
    }
  }

  refuse(item, words) {
    item.classList.add("file-refused");
    this.mark(item, "file-x", words);
  }

  mark(item, icon, words) {
    const use = item.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
    item.querySelector(".file-note").textContent = words;
    item.querySelector("progress").hidden = true;
    item.querySelector("[data-file-stop]").remove();
  }

  finish() {
    this.received = 0;
    this.form.dispatchEvent(new CustomEvent("ui:files-sent", { bubbles: true }));
    if (this.words.refreshUrl) {
      window.htmx?.ajax("GET", this.words.refreshUrl, { target: this.words.refreshTarget, swap: "outerHTML" });
    }
  }
}

function start(root) {
  root.querySelectorAll?.("form[data-file-drop]:not(.is-live)").forEach((form) => new Drop(form));
}

start(document);
document.addEventListener("htmx:after:swap", () => start(document));
