// The one file that talks to Go. Commands return at once; what comes of them
// arrives by the one event.
import * as go from "./wailsjs/go/main/App.js";
import { EventsOn } from "./wailsjs/runtime/runtime.js";

/** @typedef {import("./wailsjs/go/models").main.StateView} StateView */

export const state = () => go.State();
export const signIn = () => go.SignIn();
export const cancelSignIn = () => go.CancelSignIn();
export const openBrowserAgain = () => go.OpenBrowserAgain();
export const copyLink = () => go.CopyLink();
/** @param {string} address */
export const pasteAnswer = (address) => go.PasteAnswer(address);
/** @param {boolean} browser */
export const signOut = (browser) => go.SignOut(browser);
export const retry = () => go.Retry();
export const dismiss = () => go.Dismiss();
/** Reports that nobody waits for: that they cannot be made is no error of its own. */
const quietly = (/** @type {Promise<unknown>} */ p) => p.catch(() => {});
export const focus = () => quietly(go.Focus());
/** @param {string} passphrase */
export const unlock = (passphrase) => go.Unlock(passphrase);
export const unlockKeychain = () => go.UnlockKeychain();
export const choosePassphrase = () => go.ChoosePassphrase();
/** @param {string} passphrase */
export const protectWithPassphrase = (passphrase) => go.ProtectWithPassphrase(passphrase);
export const useMemory = () => go.UseMemory();
/** @param {string} message */
export const reportError = (message) => quietly(go.ReportError(message));
/** @param {string} name */
export const reportScreen = (name) => quietly(go.ReportScreen(name));

/**
 * Calls f with every state that Go publishes.
 * @param {(s: StateView) => void} f
 */
export const onChanged = (f) => EventsOn("account:changed", f);
