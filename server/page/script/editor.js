// An SQL editor: a text area whose text is painted beneath it, with colours, marks of findings, and completion.

import { completions } from "./completion.js";
import { element } from "./dom.js";
import { tokens } from "./sql_tokens.js";

/** A longer text is painted without colours, so that typing stays quick. */
const MOST_COLORED = 50000;

let editors = 0;

/** Emits "change" when the text is another, "run" for Ctrl-Enter and "subscribe" for Shift-Ctrl-Enter. */
export class Editor extends EventTarget {
  constructor({ label, text = "", catalog }) {
    super();
    this.catalog = catalog;
    this.marks = [];
    this.choices = [];
    this.chosen = 0;
    const list = `choices-${++editors}`;
    this.area = element("textarea", { "aria-label": label, spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "soft",
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list, "aria-haspopup": "listbox" });
    this.paint = element("pre", { "aria-hidden": "true" });
    this.popup = element("ul", { class: "choices", role: "listbox", id: list, "aria-label": "Completions", hidden: true });
    this.node = element("div", { class: "editor" }, this.paint, this.area, this.popup);
    this.area.value = text;
    this.area.addEventListener("input", () => this.changed());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => this.closePopup());
    this.area.addEventListener("click", () => this.closePopup());
    this.popup.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) this.take([...this.popup.children].indexOf(item));
    });
    this.draw();
  }

  get text() { return this.area.value; }
  get caret() { return this.area.selectionStart; }

  setText(text) {
    this.area.value = text;
    this.marks = [];
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  /** Marks: [{start, end, severity}]. */
  setMarks(marks) {
    this.marks = marks;
    this.draw();
  }

  select(start, end) {
    this.area.focus();
    this.area.setSelectionRange(start, end);
  }

  changed() {
    // What was found may no longer be there: the marks wait for the next check, at their text.
    this.marks = [];
    this.draw();
    this.complete(false);
    this.dispatchEvent(new Event("change"));
  }

  draw() {
    const pieces = [];
    const { text } = this;
    for (const token of text.length > MOST_COLORED ? [{ kind: "plain", start: 0, end: text.length }] : tokens(text)) {
      const cuts = [token.start, token.end];
      for (const mark of this.marks) for (const cut of [mark.start, mark.end]) if (cut > token.start && cut < token.end) cuts.push(cut);
      cuts.sort((left, right) => left - right);
      for (let index = 0; index + 1 < cuts.length; ++index) {
        const mark = this.marks.find((candidate) => candidate.start <= cuts[index] && cuts[index + 1] <= candidate.end);
        pieces.push(element("span", { class: mark ? `${token.kind} mark ${mark.severity}` : token.kind, text: text.slice(cuts[index], cuts[index + 1]) }));
      }
    }
    // The last line feed would make no line otherwise.
    this.paint.replaceChildren(...pieces, "\u200b\n");
  }

  key(event) {
    const control = event.ctrlKey || event.metaKey;
    if (!this.popup.hidden) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      // Who only types meets a list, but no line feed is taken for a choice.
      if (step) this.choose(this.chosen + step);
      else if (event.key === "Tab" || (event.key === "Enter" && !control && this.isMeant)) this.take(this.chosen);
      else this.closePopup();
      this.isMeant ||= Boolean(step);
      if (step || event.key === "Tab" || event.key === "Escape" || (event.key === "Enter" && this.isMeant && !control)) {
        event.preventDefault();
        return;
      }
    }
    if (event.key === "Enter" && control) this.dispatchEvent(new Event(event.shiftKey ? "subscribe" : "run"));
    else if (event.key === " " && control) this.complete(true);
    else if (event.key === "Escape") this.area.blur();
    else return;
    event.preventDefault();
  }

  complete(asked) {
    const { start, choices } = completions(this.text, this.caret, this.catalog());
    const before = this.text[this.caret - 1] ?? "";
    const wanted = choices.length > 0 && (asked || before === "." || this.caret - start >= 1) && this.area.selectionEnd === this.caret;
    if (!wanted) return this.closePopup();
    this.choices = choices;
    this.start = start;
    this.isMeant = asked;
    this.popup.replaceChildren(...choices.map((choice, index) => element("li", { role: "option", id: `${this.popup.id}-${index}` },
      element("span", { text: choice.text }), element("small", { text: choice.detail ? `${choice.kind} · ${choice.detail}` : choice.kind }))));
    this.popup.hidden = false;
    this.area.setAttribute("aria-expanded", "true");
    this.place();
    this.choose(0);
    return undefined;
  }

  /** Under the beginning of the word, where it is painted. */
  place() {
    const range = document.createRange();
    let left = this.start;
    for (const child of this.paint.childNodes) {
      const length = child.textContent.length;
      if (left <= length && (child.firstChild ?? child).nodeType === Node.TEXT_NODE) {
        range.setStart(child.firstChild ?? child, left);
        break;
      }
      left -= length;
    }
    const at = range.getBoundingClientRect();
    const box = this.node.getBoundingClientRect();
    this.popup.style.left = `${Math.max(0, Math.min(at.left - box.left, box.width - this.popup.offsetWidth - 4))}px`;
    this.popup.style.top = `${at.bottom - box.top + 3}px`;
  }

  choose(index) {
    this.chosen = (index + this.choices.length) % this.choices.length;
    [...this.popup.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === this.chosen)));
    const item = this.popup.children[this.chosen];
    this.area.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  take(index) {
    const choice = this.choices[index];
    this.area.setRangeText(choice.text, this.start, this.caret, "end");
    this.closePopup();
    this.marks = [];
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  closePopup() {
    this.popup.hidden = true;
    this.area.setAttribute("aria-expanded", "false");
    this.area.removeAttribute("aria-activedescendant");
  }
}
