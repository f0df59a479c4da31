// Draws the page anew when what it tells of has changed. Without scripts the page
// does so by itself, every few seconds.

const shown = document.body.querySelector("[data-state]").dataset.state;
const address = document.body.querySelector("[data-watch]").dataset.watch;

async function look() {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== shown) {
      location.reload();
      return;
    }
  } catch {
    // The demo has ended, or the computer slept: look again.
  }
  setTimeout(look, 1000);
}

setTimeout(look, 1000);
