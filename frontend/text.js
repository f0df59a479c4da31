// All words of the window that do not come from Go.

/** Words that stand alone. */
export const text = Object.freeze({
  starting: "One moment. Your keychain is asked for the key…",
  signInTitle: (/** @type {string} */ app) => `Sign in to ${app}`,
  signInLead: "Your browser opens for a moment. Your password never touches this app.",
  signInWith: (/** @type {string} */ provider) => `Sign in with ${provider}`,
  last: (/** @type {string} */ name) => `Last here: ${name}`,
  demo: "This is a demo: everything, the provider included, runs on this computer.",
  setupTitle: "Where do people sign in?",
  setupLead:
    "No provider is set up yet. Two settings are enough for any OpenID Connect provider; write them into config.toml or the environment, then start again.",
  setupSettings:
    'provider = "descope"\nproject_id = "P2…"\n\n# or any other provider\nissuer = "https://id.example.com"\nclient_id = "…"',
  tryAgain: "Try again",
  waitingTitle: "Finish in your browser",
  waitingLead: (/** @type {string} */ provider) => `We opened ${provider} there. This window goes on by itself.`,
  openFailedLead: (/** @type {string} */ why) => `${why}. Copy the link and open it yourself.`,
  magicLink: "Waiting for a magic link?",
  magicLinkHelp: "Open the mail on this computer.",
  nothingOpened: "Nothing opened?",
  openAgain: "Open it again",
  or: " or ",
  copyLink: "copy the link",
  copied: "The link is on the clipboard.",
  stuck: "Browser stuck on a page?",
  pasteIt: "Paste its address here",
  pasteLabel: "The address that your browser ended at",
  goOn: "Go on",
  strays: "An answer came that was not for this sign-in. It was refused; the wait goes on.",
  cancel: "Cancel",
  left: (/** @type {string} */ time) => `Waiting for ${time} more`,
  verified: "✓ verified",
  notVerified: "not verified",
  organization: "Provider",
  signedIn: "Signed in",
  session: "Session",
  identity: "Identity",
  unverifiedIdentity: "not verified by an ID token",
  endBrowser: "End the browser's session at the provider too",
  signOut: "Sign out",
  whatToDo: "What you can do. ",
  forSupport: "For support",
  unlockTitle: "Unlock your sign-in",
  unlockLead: "What is stored here is protected by a passphrase.",
  chooseTitle: "Choose a passphrase",
  chooseLead: "It protects your sign-in on this computer, and is asked for at every start. Nobody can recover it.",
  passphrase: "Passphrase",
  again: "Once more",
  unlock: "Unlock",
  protect: "Protect with it",
  different: "The two are not the same.",
  short: "Take at least 8 characters; a sentence is best.",
  dismiss: "All right",
});

/** What the buttons of a problem are called, by the action that Go names. */
export const actions = Object.freeze({
  retry: "Try again",
  signin: "Sign in",
  dismiss: "Go back",
  unlock: "Unlock the keychain",
  passphrase: "Type the passphrase",
  use_passphrase: "Protect with a passphrase instead",
  use_memory: "This time only, keep nothing",
});

/** How a session does, in words. */
export const health = Object.freeze({
  fresh: (/** @type {boolean} */ renewable) => (renewable ? "fresh, renews by itself" : "fresh, until it expires"),
  refreshing: () => "renewing…",
  offline: () => "not renewed yet",
});

/**
 * Minutes and seconds, as 4:12.
 * @param {number} ms
 */
export function minutes(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/**
 * A day and a time as a person says them: "today, 09:14".
 * @param {number} at Unix milliseconds
 * @param {number} now Unix milliseconds
 * @param {string} [locale]
 */
export function when(at, now, locale) {
  if (!at) return "";
  const then = new Date(at);
  const time = then.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  const day = (/** @type {number} */ t) => new Date(t).toDateString();
  if (day(at) === day(now)) return `today, ${time}`;
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (day(at) === yesterday.toDateString()) return `yesterday, ${time}`;
  return `${then.toLocaleDateString(locale, { day: "numeric", month: "short", year: "numeric" })}, ${time}`;
}
