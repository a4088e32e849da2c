// Light, dark or the system's, without loading the page again (a call that plays goes on).

import { csrf } from "./session.js";

const NEXT = { light: "dark", dark: "system", system: "light" };

export function startPreferences() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.('[data-action="theme"]');
    if (!button) return;
    event.preventDefault();
    choose(button, button.value);
  });
}

function choose(button, theme) {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = theme;
  button.value = NEXT[theme];
  button.querySelector(".theme-icon").className = `theme-icon theme-icon-${theme}`;
  document.dispatchEvent(new CustomEvent("callinspect:theme", { detail: theme }));
  fetch("/preferences", {
    method: "POST",
    headers: { "HX-Request": "true", "X-CSRF-Token": csrf() },
    body: new URLSearchParams({ theme }),
  }).catch(() => {}); // a colour that is not remembered is no loss
}
