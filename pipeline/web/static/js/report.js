// A report that is being made is asked for again until it is there; one that is there can be printed.

const making = document.getElementById("making");
const SECONDS = 2;

async function again() {
  try {
    const answer = await fetch(making.dataset.again, { headers: { accept: "application/json" } });
    if (!answer.ok || (await answer.json()).report !== null) {
      location.replace(making.dataset.again);
      return;
    }
  } catch {
    // no network: the next time
  }
  setTimeout(again, SECONDS * 1000);
}

if (making) setTimeout(again, SECONDS * 1000);

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
