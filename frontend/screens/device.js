// The person signs in on another device, with a code (RFC 8628).
import * as bridge from "../bridge.js";
import { act, announce, copied, el } from "../dom.js";
import { icon, ring } from "../icons.js";
import { countdown } from "../parts/countdown.js";
import { screen } from "../parts/page.js";
import { text } from "../text.js";

/** @typedef {import("../wailsjs/go/models").ui.StateView} StateView */

export function device() {
  const title = el("h1", { text: text.deviceTitle });
  title.tabIndex = -1;
  const asking = el("div", { class: "center" }, [ring()]);
  const lead = el("p", { class: "lead" });
  const address = el("span", { class: "device-address" });
  const code = el("output", { label: text.deviceCode });
  const said = el("p", { class: "quiet center said" });
  const say = (/** @type {string} */ words) => {
    said.textContent = words;
    announce(words);
  };
  const copyWords = el("span", { text: text.copy });
  const copy = act(
    el("button", { class: "button small", label: text.copyCode }, [icon("copy"), copyWords]),
    () => bridge.copyCode().then(() => copied(copyWords, text.copied)),
    say,
  );
  const picture = el("img");
  picture.alt = text.qr;
  const qr = el("div", { class: "qr" }, [picture, el("p", { class: "quiet", text: text.orScan })]);
  const ready = el("div", {}, [el("div", { class: "card device-code" }, [code, copy]), qr]);
  const left = countdown();
  const cancel = act(el("button", { class: "button", text: text.cancel }), bridge.cancelSignIn);
  const here = act(el("button", { class: "link", text: text.signInHere }), bridge.signInHere, say);
  const root = screen("device", [
    el("div", { class: "center" }, [title, lead]),
    asking,
    ready,
    el("div", { class: "grow" }),
    said,
    left.root,
    el("div", { class: "stack" }, [cancel, el("p", { class: "center" }, [here])]),
  ]);
  return {
    root,
    /** @param {StateView} s */
    update(s) {
      const d = s.device;
      asking.hidden = Boolean(d);
      ready.hidden = !d;
      left.update(d?.expires ?? s.waiting?.until ?? 0);
      if (!d) {
        lead.textContent = text.deviceEarly(s.provider.name);
        return;
      }
      address.textContent = d.address;
      lead.replaceChildren(text.deviceLead, address, text.deviceLeadEnd);
      code.textContent = d.code;
      code.className = d.code.length > 11 ? "lengthy" : "";
      qr.hidden = !d.qr;
      if (d.qr && picture.src !== d.qr) picture.src = d.qr;
    },
    shown() {
      said.textContent = "";
      left.start();
      title.focus();
    },
    hidden: left.stop,
  };
}
