// Questions before what cannot be taken back: data-confirm on a form, hx-confirm on what htmx sends.

/** Resolves to true where people said yes. */
export function ask(question) {
  const dialog = document.getElementById("confirm-dialog");
  dialog.querySelector("#confirm-text").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

function closeMenus(which) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (which(menu)) menu.open = false;
}

export function startDialogs() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    if (!(await ask(form.dataset.confirm))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  });
  document.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    if (await ask(event.detail.question)) event.detail.issueRequest(true);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    const copier = event.target.closest?.("[data-copy]");
    if (copier) copy(document.getElementById(copier.dataset.copy));
    if (event.target.closest?.('[data-action="back"]') && history.length > 1) {
      event.preventDefault(); // as it was left: a link would bring the page anew, without what was typed
      history.back();
    }
    if (event.target.matches?.("[data-close]")) event.target.closest("dialog")?.close();
    closeMenus((menu) => !menu.contains(event.target));
  });
  document.addEventListener("focusin", (event) => closeMenus((menu) => !menu.contains(event.target)));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    closeMenus((menu) => {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      return true;
    });
  });
}

/** The clipboard needs https or this machine; elsewhere the text is selected, ready for Ctrl-C. */
function copy(place) {
  getSelection().selectAllChildren(place);
  navigator.clipboard?.writeText(place.textContent.trim()).catch(() => {});
}
