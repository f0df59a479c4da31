// The one file that talks to Go. Commands return at once, and their results arrive by the one event. The files app*.go
// say what each takes.
import * as go from "./wailsjs/go/main/App.js";

/** @typedef {import("./wailsjs/go/models").ui.StateView} StateView */

export {
  AskSignOut as askSignOut,
  CancelSignIn as cancelSignIn,
  CheckSetUp as checkSetUp,
  ChoosePassphrase as choosePassphrase,
  Continue as goOnAs,
  CopyCode as copyCode,
  CopyDetails as copyDetails,
  CopyLink as copyLink,
  CopyProblem as copyProblem,
  CopyRedirect as copyRedirect,
  CopyReport as copyReport,
  Dismiss as dismiss,
  Open as open,
  OpenBrowserAgain as openBrowserAgain,
  OtherAccount as otherAccount,
  PasteAnswer as pasteAnswer,
  ProtectWithPassphrase as protectWithPassphrase,
  Remove as remove,
  Retry as retry,
  SaveSetUp as saveSetUp,
  Set as set,
  Show as show,
  SignIn as signIn,
  SignInElsewhere as signInElsewhere,
  SignInHere as signInHere,
  SignOut as signOut,
  StartOver as startOver,
  State as state,
  TryDemo as tryDemo,
  Unlock as unlock,
  UnlockKeychain as unlockKeychain,
  UseKeychain as useKeychain,
  UseMemory as useMemory,
} from "./wailsjs/go/main/App.js";

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

/** @typedef {{EventsOnMultiple(event: string, f: (s: StateView) => void, most: number): void}} Runtime */

/**
 * Calls f with every state that Go publishes. Wails' own runtime.js would only pass this on, and is one more file that
 * the first screen would wait for.
 * @param {(s: StateView) => void} f
 */
export const onChanged = (f) =>
  /** @type {Window & {runtime: Runtime}} */ (/** @type {unknown} */ (window)).runtime.EventsOnMultiple(
    "account:changed",
    f,
    -1,
  );
