// The person signs in on another device, with a code (RFC 8628).
import * as bridge from "../bridge.js";
import { act, el } from "../dom.js";
import { ring } from "../icons.js";
import { copyButton } from "../parts/copy.js";
import { countdown } from "../parts/countdown.js";
import { screen } from "../parts/page.js";
import { text } from "../text.js";

/** @returns {import("../main.js").Screen} */
export function device() {
  const title = el("h1", { text: text.deviceTitle, tabIndex: -1 });
  const asking = el("div", { class: "center" }, [ring()]);
  const lead = el("p", { class: "lead" });
  const address = el("span", { class: "device-address" });
  const code = el("output", { label: text.deviceCode });
  const said = el("p", { class: "quiet center said" });
  const how = { class: "button small", label: text.copyCode, failed: said };
  const copy = copyButton(text.copy, bridge.copyCode, how);
  const picture = el("img", { alt: text.qr });
  const qr = el("div", { class: "qr" }, [picture, el("p", { class: "quiet", text: text.orScan })]);
  const ready = el("div", {}, [el("div", { class: "card device-code" }, [code, copy]), qr]);
  const left = countdown();
  const cancel = act(el("button", { class: "button", text: text.cancel }), bridge.cancelSignIn);
  const here = act(el("button", { class: "link", text: text.signInHere }), bridge.signInHere, said);
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
