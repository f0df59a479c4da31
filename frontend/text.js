// All words of the window that do not come from Go.

/** Words that stand alone. */
export const text = Object.freeze({
  startingTitle: "One moment",
  starting: "Asking your keychain for the key…",

  settings: "Settings",
  check: "Check my set-up",
  about: "About",
  footer: "More",
  back: "Back",
  dismiss: "Dismiss",

  signInTitle: (/** @type {string} */ app) => `Sign in to ${app}`,
  signInLead: "Your browser opens for a moment. Your password never touches this app.",
  signInWith: (/** @type {string} */ provider) => `Sign in with ${provider}`,
  email: "Work email ",
  optional: "(optional)",
  emailExample: "you@company.com",
  elsewhere: "Use another device",
  demo: "This is a demo: everything, the provider included, runs on this computer.",
  welcomeBack: "Welcome back",
  welcomeBackLead: (/** @type {string} */ app) => `Who is using ${app}?`,
  endedAccount: "Session ended",
  goOnAs: "Continue as ",
  signOutAccount: (/** @type {string} */ name) => `Sign out ${name}`,
  signOutAll: "Sign out of all",
  removeAccount: (/** @type {string} */ name) => `Remove ${name} from this list`,
  signInAgain: "Sign in again",
  otherAccount: "Use another account",
  accounts: (/** @type {number} */ n) => (n > 1 ? `${n} accounts` : "Accounts"),

  setupTitle: (/** @type {string} */ app) => `Welcome to ${app}`,
  setupLead:
    "One thing is missing: where people sign in. Choose the provider, then fill in what it gave you for this app.",
  setupPage: "Provider",
  changeProvider: "Change the provider…",
  addProvider: "Set up a provider…",
  setupChoose: "Choose your provider…",
  setupSample: (/** @type {string} */ sample) => `such as ${sample}`,
  setupKept: "•••••••• (stays as it is)",
  setupCheck: "Check",
  setupSignIn: "Sign in",
  setupDemo: "Try the demo",
  setupPassed: "What works",
  setupChecked: (/** @type {number} */ failed) =>
    failed === 0
      ? "A sign-in can work with this."
      : failed === 1
        ? "One thing is in the way."
        : `${failed} things are in the way.`,
  redirects: (/** @type {number} */ n) => (n > 1 ? "Redirect addresses to register" : "Redirect address to register"),
  inConsole: (/** @type {string} */ console) => `In ${console}:`,
  noRedirect: (/** @type {string} */ provider) => `${provider} needs none for a desktop app.`,
  copy: "Copy",
  copyAddress: (/** @type {string} */ address) => `Copy ${address}`,
  setupByFile: "With a settings file instead",
  setupFile: "Administrators can name the provider in config.toml in this folder:",
  setupFolder: "Open the folder",
  setupAgain: "I have done that",

  waitingTitle: "Finish in your browser",
  waitingEarly: (/** @type {string} */ provider) => `Asking ${provider} for its sign-in page…`,
  waitingLead: (/** @type {string} */ provider) =>
    `${sentence(provider)} is open there. This window continues by itself.`,
  openFailedLead: (/** @type {string} */ why) => `${why}. Copy the link and open it yourself.`,
  magicLink: "Waiting for a magic link?",
  magicLinkHelp: "Open the mail on this computer, not on your phone.",
  nothingOpened: "Nothing opened?",
  openAgain: "Open it again",
  or: " or ",
  copyLink: "copy the link",
  copied: "Copied",
  stuck: "Browser stuck on a page?",
  pasteIt: "Paste its address here",
  pasteLabel: "The address your browser stopped at",
  goOn: "Continue",
  errorThere: "Your browser shows an error?",
  errorCheck: "Check the set-up",
  noBrowser: "No browser here?",
  onceMore: {
    consent: (/** @type {string} */ provider) =>
      `${sentence(provider)} asks once more, so that it may keep you signed in. This happens only once.`,
    prompt: (/** @type {string} */ provider) =>
      `${sentence(provider)} did not accept the first request, so it is asked again. This happens only once.`,
  },
  strays: "Something else answered and was ignored. Still waiting for you.",
  cancel: "Cancel",
  left: (/** @type {string} */ time) => `${time} left`,

  deviceTitle: "Finish on your other device",
  deviceEarly: (/** @type {string} */ provider) => `Asking ${provider} for a code…`,
  deviceLead: "Open ",
  deviceLeadEnd: " there and type this code.",
  deviceCode: "Code",
  copyCode: "Copy the code",
  qr: "QR code with the address and the code",
  orScan: "or scan this with your phone",
  signInHere: "Use this computer’s browser instead",

  signedIn: "Signed in",
  verified: "verified",
  notVerified: "not verified",
  provider: "Provider",
  organization: "Organization",
  roles: "Roles",
  signedInRow: "Signed in",
  session: "Session",
  tiedTo: "Tied to",
  endsRow: "Ends",
  endsIdle: (/** @type {number} */ n) => `after ${n} ${n === 1 ? "minute" : "minutes"} without use`,
  identity: "Identity",
  unverifiedIdentity: "Not verified by an ID token",
  verifiedBy: (/** @type {string} */ p) => `${sentence(p)} has verified this email`,
  notVerifiedBy: (/** @type {string} */ p) => `${sentence(p)} has not verified this email`,
  offlineWhy: (/** @type {string} */ why) => `${why}. You are still signed in, and the app keeps trying. `,
  renewNow: "Try now",
  trying: "Trying…",
  showDetails: "Show details",
  list,

  signOut: "Sign out",
  signOutDots: "Sign out…",
  signOutTitle: (/** @type {string} */ name) => `Sign out ${name}?`,
  signOutAllTitle: (/** @type {number} */ n) => `Sign out all ${n} accounts?`,
  howFar: "How far to sign out",
  staySignedIn: "Stay signed in",
  levels: {
    device: {
      name: "On this computer only",
      means: (/** @type {string} */ p) =>
        `This computer forgets the sign-in. ${sentence(p)} still honours it until it expires.`,
    },
    tokens: {
      name: "Sign out",
      means: (/** @type {string} */ p) => `This computer forgets the sign-in, and ${p} ends this app’s access.`,
    },
    browser: {
      name: "In the browser too",
      means: (/** @type {string} */ p) => `Your browser is signed out of ${p} as well, for every app that uses it.`,
    },
  },
  noBrowserSession: (/** @type {string} */ p) => `${sentence(p)} has no way to sign your browser out.`,

  noRevocation: (/** @type {string} */ p) =>
    `This computer forgets the sign-in. ${sentence(p)} has no way to end this app’s access before it expires.`,

  detailsTitle: "Details",
  detailsLead: "Everything your provider says about you. Tokens are never shown.",
  search: "Search",
  copyJSON: "Copy as JSON",
  nothingFound: "No matches.",
  noClaims: "Your provider says nothing more about you.",
  found: (/** @type {number} */ n) => (n === 1 ? "1 entry" : `${n} entries`),

  refused: (/** @type {string} */ why) => `Not changed: ${why}`,
  appearance: "Appearance",
  protection: "How your sign-in is protected",
  toPassphrase: "Use a passphrase instead",
  otherPassphrase: "Change the passphrase",
  toKeychain: "Use the keychain",
  start: "When the app starts",
  startHidden: "Start in the background",
  startHiddenLead: "The window stays minimised until you open it.",
  startAtLogin: "Start when I sign in to this computer",
  startAtLoginLead: "You are signed in here before you need it.",
  atSignIn: "At sign-in",
  rememberEmail: "Offer the last email again",
  rememberEmailLead: "It is kept with your sign-in, protected in the same way.",
  notifications: "Notifications",
  notifyEnd: "Tell me when my session ends",
  notifyEndLead: "Only while this window is in the background.",
  log: "Log",
  logLead: "What the app did, for support. It never contains a password or a token.",
  openLogs: "Open the log folder",
  locked: "Set by your administrator",

  checkTitle: "Set-up check",
  checking: "Checking settings, network, keychain and clock…",
  checked: (/** @type {number} */ passed, /** @type {number} */ all) =>
    all === 0
      ? "Nothing was checked."
      : passed === all
        ? "Everything is fine."
        : `${all - passed} of ${all} ${all - passed === 1 ? "needs" : "need"} attention.`,
  checkAgain: "Check again",
  copyReport: "Copy report",

  version: (/** @type {string} */ v) => `Version ${v}`,
  commit: "Commit",
  date: "Date",
  go: "Go",
  system: "System",
  licences: "Licences",
  licencesLead: "This app is built with the work of others:",
  licenceText: "Licence text",

  whatToDo: "What you can do. ",
  forSupport: "For support",
  copyForSupport: "Copy for support",
  forAdmin: (/** @type {string} */ what) => `For your administrator: ${what}`,

  forgotten: "Forgotten the passphrase?",
  forgottenMeans:
    "Nobody can recover it. You can start over: everyone who is signed in here must sign in again. The sealed file is set aside, not deleted.",
  startOver: "Start over on this computer",
  unlockTitle: "Unlock your sign-in",
  unlockLead: "What is stored here is protected by a passphrase.",
  chooseTitle: "Choose a passphrase",
  chooseLead: "It protects your sign-in on this computer, and is asked for at every start. Nobody can recover it.",
  passphrase: "Passphrase",
  again: "Once more",
  showPassphrase: "Show what you type",
  hidePassphrase: "Hide what you type",
  unlock: "Unlock",
  protect: "Use this passphrase",
  different: "The two passphrases differ.",
  short: "Use at least 8 characters. A sentence is best.",
});

/** What the buttons of a problem are called, by the action that Go names. */
export const actions = Object.freeze({
  retry: "Try again",
  signin: "Sign in",
  other_account: "Use another account",
  check: "Check my set-up",
  setup: "Set the provider up here",
  folder: "Open the settings folder",
  dismiss: "Go back",
  unlock: "Unlock the keychain",
  passphrase: "Type the passphrase",
  use_passphrase: "Protect with a passphrase instead",
  use_memory: "This time only, keep nothing",
});

/** How a session does, in words. */
export const health = Object.freeze({
  fresh: (/** @type {boolean} */ renewable, /** @type {string} */ until) =>
    renewable ? "Active · renews automatically" : until ? `Active until ${until}` : "Active",
  refreshing: () => "Renewing…",
  foreign: () => "Cannot be renewed",
  offline: (/** @type {boolean} */ _renewable, /** @type {string} */ _until, /** @type {string} */ renewed) =>
    `Offline · renewed ${renewed}`,
});

export const appearances = Object.freeze({ system: "System", light: "Light", dark: "Dark" });

/** Where what is stored is protected. */
export const stores = Object.freeze({
  keychain: {
    name: "This computer’s keychain",
    means: "Opens while you are logged in to this computer, without asking you.",
  },
  file: { name: "A passphrase", means: "You type it each time the app starts." },
  memory: { name: "Nothing is saved", means: "You sign in again each time the app starts." },
});

/** How a check ended. */
export const statuses = Object.freeze({ pass: "Fine", warn: "Worth a look", fail: "Needs attention" });

/**
 * Where a setting comes from.
 * @param {string} name as Go names it
 */
export const source = (name) => (name === "default" ? "Default" : `From ${name}`);

/**
 * Makes a name fit to begin a sentence.
 * @param {string} s
 */
function sentence(s) {
  const [first = "", ...rest] = s;
  return first.toUpperCase() + rest.join("");
}

/**
 * The first of many, and how many more there are.
 * @param {string[]} all
 * @param {number} shown
 */
function list(all, shown) {
  const more = all.length - shown;
  return more > 1 ? `${all.slice(0, shown).join(", ")} and ${more} more` : all.join(", ");
}

/**
 * A long path or code, shortened in its middle.
 * @param {string} s
 * @param {number} most characters
 */
export function middle(s, most) {
  const all = [...s];
  if (all.length <= most) return s;
  const head = Math.ceil((most - 1) / 2);
  return `${all.slice(0, head).join("")}…${all.slice(all.length - (most - 1 - head)).join("")}`;
}

/**
 * Minutes and seconds, as 4:12.
 * @param {number} ms
 */
export function minutes(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** The English of these regions counts the hours twice from 1 to 12. */
const twelveHours = /^en(-(AU|CA|GH|HK|IN|JM|MY|NZ|PH|PK|SG|US))?$/;
/** The English of these regions names the month before the day. */
const monthFirst = /^en(-(CA|PH|US))?$/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * A day and a time as a person says them: "today, 09:14", in English as all of the window. The first screen shows them,
 * so they are made without Intl, whose tables the engine would load.
 * @param {number} at Unix milliseconds
 * @param {number} now Unix milliseconds
 * @param {string} [locale]
 */
export function when(at, now, locale = navigator.language) {
  if (!at) return "";
  const then = new Date(at);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hour, minute] = [then.getHours(), two(then.getMinutes())];
  const half = twelveHours.test(locale);
  const time = half ? `${two(hour % 12 || 12)}:${minute} ${hour < 12 ? "AM" : "PM"}` : `${two(hour)}:${minute}`;
  const day = (/** @type {number} */ t) => new Date(t).toDateString();
  if (day(at) === day(now)) return `today, ${time}`;
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (day(at) === yesterday.toDateString()) return `yesterday, ${time}`;
  const [month, date] = [months[then.getMonth()], then.getDate()];
  return `${monthFirst.test(locale) ? `${month} ${date},` : `${date} ${month}`} ${then.getFullYear()}, ${time}`;
}

/**
 * How long ago, or how soon: "2 hours ago", "in 5 minutes".
 * @param {number} at Unix milliseconds
 * @param {number} now Unix milliseconds
 */
export function ago(at, now) {
  if (!at) return "never";
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 45) return seconds > 0 ? "in a moment" : "just now";
  /** @type {[string, number][]} */
  const units = [
    ["year", 31_557_600],
    ["month", 2_629_800],
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] = units.find(([, n]) => Math.abs(seconds) >= n * 0.95) ?? ["minute", 60];
  const n = Math.abs(Math.round(seconds / size));
  const words = `${n} ${unit}${n === 1 ? "" : "s"}`;
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

/**
 * A time to the second.
 * @param {number} at Unix milliseconds
 * @param {string} [locale]
 */
export const exact = (at, locale) => new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" });

/**
 * The day of a date as Go gives it, or the text itself when it is none.
 * @param {string} date RFC 3339
 * @param {string} [locale]
 */
export function day(date, locale) {
  const at = new Date(date);
  return Number.isNaN(at.getTime()) ? date : at.toLocaleDateString(locale, { dateStyle: "medium" });
}
