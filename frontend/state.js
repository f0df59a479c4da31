// Holds the one state. Older revisions are dropped: an event and the answer to a
// question may overtake each other.

/** @typedef {import("./wailsjs/go/models").ui.StateView} StateView */

/**
 * @param {(s: StateView) => void} draw is called with each state, newest last
 */
export function store(draw) {
  let newest = -1;
  return {
    /** @param {StateView} s */
    take(s) {
      if (s.revision < newest) return;
      newest = s.revision;
      draw(s);
    },
  };
}
