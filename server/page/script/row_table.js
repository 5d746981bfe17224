// Rows of a relation or a result: a fixed list, and one that flows.

import { element, setText, showDialog } from "./dom.js";
import { cell, isNumeric, isTime, shortCell } from "./format.js";
import { RingBuffer } from "./ring_buffer.js";

const OPERATION = "_op";

/** Shows a row whole. */
export function inspect(columns, row) {
  showDialog("Row", element("dl", { class: "pairs" }, ...columns.flatMap((column, index) => [
    element("dt", { text: column.name }), element("dd", { text: pretty(row[index]) })])));
}

/** A value at length: what is JSON is laid out. */
export function pretty(value) {
  if (value !== null && typeof value === "object") return JSON.stringify(value, null, 2);
  if (typeof value === "string" && /^\s*[{[]/.test(value)) {
    try { return JSON.stringify(JSON.parse(value), null, 2); } catch { /* It only looks like it. */ }
  }
  return cell(value);
}

/** A table that shows rows, each cut to a line; a click, or Enter on a row that arrow keys have led to, shows one whole. */
export class RowTable {
  constructor(label) {
    this.columns = [];
    this.head = element("tr");
    this.body = element("tbody");
    this.node = element("div", { class: "rows flowing", tabindex: "0", role: "region", "aria-label": label },
      element("table", {}, element("thead", {}, this.head), this.body));
    this.node.hidden = true;
    this.rowOf = new WeakMap();
    this.body.addEventListener("click", (event) => {
      const line = event.target.closest("tr");
      if (line && getSelection().isCollapsed) inspect(this.columns, this.rowOf.get(line));
    });
    this.node.addEventListener("keydown", (event) => {
      const line = event.target.closest("tbody tr");
      const next = { ArrowDown: line ? line.nextSibling : this.body.firstChild, ArrowUp: line?.previousSibling }[event.key];
      if (event.key === "Enter" && line) inspect(this.columns, this.rowOf.get(line));
      else if (next) next.focus();
      else return;
      event.preventDefault();
    });
  }

  setColumns(columns) {
    this.columns = columns;
    this.numeric = columns.map((column) => isNumeric(column.type));
    this.times = columns.map((column) => isTime(column.type));
    this.operation = columns.findIndex((column) => column.name === OPERATION);
    this.head.replaceChildren(...columns.map((column, index) => element("th", { scope: "col", class: this.numeric[index] ? "number" : null },
      column.name, element("small", { text: column.type.toLowerCase() }))));
    this.body.replaceChildren();
    this.node.hidden = false;
  }

  /** A line for a row; one that is no longer needed may be given to be used again. */
  line(row, used) {
    const line = used ?? element("tr", { tabindex: "-1" }, ...this.columns.map((_, index) => element("td", { class: this.numeric[index] ? "number" : null })));
    this.rowOf.set(line, row);
    for (let index = 0; index < this.columns.length; ++index) {
      const value = row[index];
      setText(line.cells[index], this.times[index] && typeof value === "string" ? value.replace("T", " ") : shortCell(value));
      line.cells[index].classList.toggle("null", value === null);
    }
    if (this.operation >= 0) line.classList.toggle("undone", String(row[this.operation]).startsWith("-"));
    return line;
  }

  /** Exactly these. */
  show(rows) {
    this.body.replaceChildren(...rows.map((row) => this.line(row)));
  }
}

const KEPT = 1000;
const SHOWN = 100;
const FRAME_MILLISECONDS = 150;
/** More rows at once are no longer shown one by one. */
const CALM = 12;

/** The latest rows, newest first. It keeps KEPT, shows SHOWN, and all that are kept while it is paused. */
export class FlowingRows {
  constructor(label) {
    this.table = new RowTable(label);
    this.node = this.table.node;
    this.kept = new RingBuffer(KEPT);
    this.waiting = 0;
    this.paused = false;
    this.total = 0;
    this.frame = 0;
    this.filter = "";
  }

  setColumns(columns) {
    this.clear();
    this.table.setColumns(columns);
  }

  clear() {
    this.kept.clear();
    this.waiting = 0;
    this.total = 0;
    this.table.body.replaceChildren();
  }

  add(rows) {
    this.total += rows.length;
    for (const row of rows.length > KEPT ? rows.slice(-KEPT) : rows) this.push(row);
    if (!this.paused && this.frame === 0) this.frame = setTimeout(() => this.draw(), FRAME_MILLISECONDS);
  }

  push(row) {
    if (this.paused) return;
    this.kept.push(row);
    this.waiting = Math.min(this.waiting + 1, KEPT);
  }

  setPaused(paused) {
    this.paused = paused;
    this.showAll(paused ? KEPT : SHOWN);
  }

  setFilter(text) {
    this.filter = text.toLowerCase();
    this.showAll(this.paused ? KEPT : SHOWN);
  }

  matches(row) {
    return this.filter === "" || row.some((value) => cell(value).toLowerCase().includes(this.filter));
  }

  showAll(most) {
    this.waiting = 0;
    const rows = [];
    for (let index = 0; index < this.kept.size && rows.length < most; ++index)
      if (this.matches(this.kept.fromEnd(index))) rows.push(this.kept.fromEnd(index));
    this.table.show(rows);
  }

  draw() {
    this.frame = 0;
    if (this.paused) return;
    const { body } = this.table;
    const fresh = [];
    for (let index = 0; index < this.waiting && fresh.length < SHOWN; ++index)
      if (this.matches(this.kept.fromEnd(index))) fresh.push(this.kept.fromEnd(index));
    this.waiting = 0;
    for (const row of fresh.reverse()) {
      const line = this.table.line(row, body.rows.length >= SHOWN ? body.lastChild : undefined);
      line.classList.toggle("fresh", fresh.length <= CALM);
      body.prepend(line);
    }
  }

  close() { clearTimeout(this.frame); }
}
