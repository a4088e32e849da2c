// Telling people what happened.

/** Show a message in the corner. kind: "info", "success", "danger". Danger stays until it is closed. */
export function say(text, kind = "info") {
  const place = document.getElementById("messages");
  if (!place) return;
  const box = document.createElement("div");
  box.className = `message message-${kind}`;
  box.setAttribute("role", kind === "danger" ? "alert" : "status");
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-quiet button-small";
  close.textContent = "×";
  close.setAttribute("aria-label", document.querySelector("#keys-dialog form .button")?.textContent ?? "×");
  close.addEventListener("click", () => box.remove());
  box.append(words, close);
  place.prepend(box);
  if (kind !== "danger") setTimeout(() => box.remove(), 6000);
}

/** Tell a screen reader, and nobody else. */
export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}
