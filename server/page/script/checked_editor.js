// An editor with what the server says about its text: marks at their places, and a list beneath.

import * as api from "./api.js";
import { element } from "./dom.js";
import { Editor } from "./editor.js";
import { placeOf } from "./sql_tokens.js";
import { status } from "./status.js";

const REST_MILLISECONDS = 350;
const MOST_FINDINGS = 20;

export class CheckedEditor {
  constructor({ label, text }) {
    this.editor = new Editor({ label, text, catalog: () => status.catalog });
    this.list = element("ul", { class: "findings", "aria-label": "Findings", "aria-live": "polite" });
    this.node = element("div", {}, this.editor.node, this.list);
    this.abort = null;
    this.editor.addEventListener("change", () => {
      this.list.replaceChildren();
      this.checkSoon();
    });
    this.checkSoon();
  }

  get text() { return this.editor.text; }

  checkSoon() {
    this.stop();
    this.timer = setTimeout(() => this.check(), REST_MILLISECONDS);
  }

  async check() {
    const text = this.text;
    if (text.trim() === "") return;
    this.abort = new AbortController();
    try {
      const findings = await api.check(text, this.abort.signal);
      if (text === this.text) this.show(findings);
    } catch { /* What cannot be checked is judged when it is executed. */ }
  }

  /** Findings have message, line, column and so on, of the whole text. */
  show(findings) {
    const text = this.text;
    const shown = findings.slice(0, MOST_FINDINGS).map((finding) => ({ ...finding, place: placeOf(text, finding) }));
    this.editor.setMarks(shown.filter((finding) => finding.place).map(({ place, severity }) => ({ ...place, severity: severity ?? "error" })));
    this.list.replaceChildren(...shown.map((finding) => this.line(finding)));
  }

  line({ place, line, column, severity = "error", code, message, hint }) {
    const meant = /^did you mean "([^"]+)"\?$/.exec(hint ?? "");
    return element("li", { class: severity },
      place ? element("button", { type: "button", class: "link place", text: `${line}:${column}`, title: "Go there", on: { click: () => this.editor.select(place.start, place.end) } }) : null,
      code ? element("code", { text: code }) : null,
      element("span", { text: message }),
      hint ? element("span", { class: "faint", text: hint }) : null,
      meant && place ? element("button", { type: "button", class: "link", text: `use ${meant[1]}`, on: { click: () => this.replace(place, meant[1]) } }) : null);
  }

  replace(place, text) {
    this.editor.area.setRangeText(text, place.start, place.end, "end");
    this.editor.setText(this.text);
    this.editor.area.focus();
  }

  stop() {
    clearTimeout(this.timer);
    this.abort?.abort();
  }
}
