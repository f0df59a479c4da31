// The one file that talks to Go. Commands return at once; what comes of them
// arrives by the one event.
import * as go from "./wailsjs/go/main/App.js";
import { EventsOn } from "./wailsjs/runtime/runtime.js";

/** @typedef {import("./wailsjs/go/models").ui.StateView} StateView */

export const state = () => go.State();
export const retry = () => go.Retry();
export const dismiss = () => go.Dismiss();

/** @param {string} who an email address, an organization, or "" */
export const signIn = (who) => go.SignIn(who);
/** @param {string} who as above */
export const signInElsewhere = (who) => go.SignInElsewhere(who);
export const signInHere = () => go.SignInHere();
/** @param {string} who as above */
export const otherAccount = (who) => go.OtherAccount(who);
export const cancelSignIn = () => go.CancelSignIn();
export const openBrowserAgain = () => go.OpenBrowserAgain();
export const copyLink = () => go.CopyLink();
export const copyCode = () => go.CopyCode();
/** @param {string} address */
export const pasteAnswer = (address) => go.PasteAnswer(address);

/** @param {string} id of an account */
export const goOnAs = (id) => go.Continue(id);
/** @param {string} id of an account */
export const remove = (id) => go.Remove(id);
/** @param {string} id of an account, or "all"; "" asks no more */
export const askSignOut = (id) => go.AskSignOut(id);
/** @param {string} id as above @param {string} scope device, tokens or browser */
export const signOut = (id, scope) => go.SignOut(id, scope);

/** @param {string} page details, settings, check, about, or "" for none */
export const show = (page) => go.Show(page);
/** @param {string} name of something outside the window: logs, settings, device */
export const open = (name) => go.Open(name);
export const copyDetails = () => go.CopyDetails();
export const copyProblem = () => go.CopyProblem();
export const copyReport = () => go.CopyReport();
/** @param {string} key @param {string} value */
export const set = (key, value) => go.Set(key, value);

/** @param {string} preset @param {Record<string, string>} typed by key */
export const checkSetUp = (preset, typed) => go.CheckSetUp(preset, typed);
/** @param {string} preset @param {Record<string, string>} typed by key */
export const saveSetUp = (preset, typed) => go.SaveSetUp(preset, typed);
export const tryDemo = () => go.TryDemo();
/** @param {string} preset @param {number} at its place among the preset's addresses */
export const copyRedirect = (preset, at) => go.CopyRedirect(preset, at);

/** @param {string} passphrase */
export const unlock = (passphrase) => go.Unlock(passphrase);
export const startOver = () => go.StartOver();
export const unlockKeychain = () => go.UnlockKeychain();
export const choosePassphrase = () => go.ChoosePassphrase();
/** @param {string} passphrase */
export const protectWithPassphrase = (passphrase) => go.ProtectWithPassphrase(passphrase);
export const useKeychain = () => go.UseKeychain();
export const useMemory = () => go.UseMemory();

/** Reports that nobody waits for: that they cannot be made is no error of its own. */
const quietly = (/** @type {Promise<unknown>} */ p) => p.catch(() => {});
/** @param {boolean} here whether the window is looked at */
export const focus = (here) => quietly(go.Focus(here));
/** @param {boolean} dark */
export const remember = (dark) => quietly(go.Remember(dark));
/** @param {string} message */
export const reportError = (message) => quietly(go.ReportError(message));
/** @param {string} name */
export const reportScreen = (name) => quietly(go.ReportScreen(name));

/**
 * Calls f with every state that Go publishes.
 * @param {(s: StateView) => void} f
 */
export const onChanged = (f) => EventsOn("account:changed", f);
