/* Dialogs are native; this fills in what older browsers lack, and asks before what cannot be undone. */

const confirmDialog = document.querySelector("[data-confirm-dialog]");
const supported = "commandForElement" in HTMLButtonElement.prototype;

if (!supported) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    if (!button) return;
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    if (button.getAttribute("command") === "show-modal") dialog?.showModal();
    else dialog?.close();
  });
}

// A press on the veil closes, where the browser does not know closedby="any" itself.
if (!("closedBy" in HTMLDialogElement.prototype)) {
  document.addEventListener("click", (event) => {
    if (event.target.matches?.('dialog[closedby="any"]')) {
      const box = event.target.getBoundingClientRect();
      const inside =
        event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });
}

/** Ask, and resolve to whether the person said yes. A word must be typed where one is given. */
function ask({ text, word = "", label = "" }) {
  const yes = confirmDialog.querySelector("[data-confirm-yes]");
  const typing = confirmDialog.querySelector("[data-confirm-typing]");
  const input = typing.querySelector("input");
  const question = typing.querySelector("[data-confirm-ask]");
  confirmDialog.querySelector("[data-confirm-text]").textContent = text;
  yes.textContent = label || yes.dataset.words;
  typing.hidden = !word;
  input.value = "";
  question.textContent = question.dataset.words.replace("{word}", word);
  const check = () => (yes.disabled = Boolean(word) && input.value.trim() !== word);
  input.oninput = check;
  check();
  confirmDialog.returnValue = "";
  confirmDialog.showModal();
  (word ? input : yes).focus();
  return new Promise((resolve) => {
    confirmDialog.addEventListener("close", () => resolve(confirmDialog.returnValue === "yes"), { once: true });
  });
}

// Enter in the word's field would press the first button of the form, which is "Cancel".
confirmDialog.querySelector("input").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const yes = confirmDialog.querySelector("[data-confirm-yes]");
  if (!yes.disabled) confirmDialog.close("yes");
});

const agreed = new WeakSet();

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const asks = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!asks || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const source = event.submitter?.dataset.confirm ? event.submitter.dataset : form.dataset;
    ask({ text: asks, word: source.confirmWord, label: source.confirmLabel }).then((yes) => {
      if (!yes) return;
      agreed.add(form);
      form.requestSubmit(event.submitter);
    });
  },
  true,
);

document.addEventListener("htmx:confirm", (event) => {
  event.preventDefault();
  const { ctx, issueRequest, dropRequest } = event.detail;
  ask({ text: ctx.confirm }).then((yes) => (yes ? issueRequest() : dropRequest()));
});

// A form inside a dialog that went through closes it: the page behind has changed already.
document.addEventListener("ui:close", (event) => event.target.closest?.("dialog")?.close());
