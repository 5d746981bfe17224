import { element, setText } from "./dom.js";

/** Rows of a table that are kept by key and changed in place, so that focus, selection and what is open stay.
    Columns: { title, class, unit, make(td, row) once, show(td, row) at each update }. */
export class KeyedRows {
  constructor(caption, columns, { detail } = {}) {
    this.columns = columns;
    this.detail = detail;
    this.lines = new Map();
    this.body = element("tbody");
    this.table = element("table", { class: "grid" },
      element("caption", { class: "visually-hidden", text: caption }),
      element("thead", {}, element("tr", {}, ...columns.map((column) => element("th", { scope: "col", class: column.class ?? "", title: column.help, text: column.title })))),
      this.body);
    this.node = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, this.table);
  }

  update(rows, key) {
    const present = new Set();
    let place = this.body.firstChild;
    for (const row of rows) {
      const name = row[key];
      present.add(name);
      let line = this.lines.get(name);
      if (!line) this.lines.set(name, line = this.makeLine(row));
      this.columns.forEach((column, index) => column.show(line.cells[index], row));
      if (line.detail) this.detail(line.detail.firstChild, row);
      for (const node of [line.node, line.detail]) {
        if (!node) continue;
        if (node === place) place = place.nextSibling;
        else this.body.insertBefore(node, place);
      }
    }
    for (const [name, line] of this.lines) {
      if (present.has(name)) continue;
      line.node.remove();
      line.detail?.remove();
      this.lines.delete(name);
    }
  }

  makeLine(row) {
    const cells = this.columns.map((column) => {
      const cell = element("td", { class: column.class ?? "" });
      column.make?.(cell, row);
      return cell;
    });
    return { node: element("tr", {}, ...cells), cells, detail: null };
  }

  /** Opens or closes what more there is to say about a row; button is what the user pressed. */
  toggle(name, row, button) {
    const line = this.lines.get(name);
    const open = !line.detail;
    button.setAttribute("aria-expanded", String(open));
    if (open) {
      line.detail = element("tr", { class: "detail" }, element("td", { colspan: String(this.columns.length) }));
      line.node.after(line.detail);
      this.detail(line.detail.firstChild, row);
    } else {
      line.detail.remove();
      line.detail = null;
    }
  }
}

/** A column of text. */
export function textColumn(title, of, options = {}) {
  return { title, ...options, show: (cell, row) => {
    const text = of(row) ?? "";
    setText(cell, text);
    if (options.class?.includes("cut")) cell.title = text;
  } };
}

/** A column of figures: zero is shown faintly. */
export function numberColumn(title, of, format, options = {}) {
  return { title, ...options, class: `number ${options.class ?? ""}`, show: (cell, row) => {
    const value = of(row);
    setText(cell, format(value));
    cell.classList.toggle("zero", Number(value) === 0);
    if (options.alarm) cell.classList.toggle("bad", Number(value) > 0);
  } };
}

/** A column of states, told by a sign, a colour and a word. */
export function stateColumn(title, of, toneOf) {
  return {
    title,
    make: (cell) => cell.append(element("span", { class: "state" }, element("i", { "aria-hidden": "true" }), element("span"))),
    show: (cell, row) => {
      const state = of(row) ?? "";
      cell.firstChild.dataset.tone = toneOf(state);
      setText(cell.firstChild.lastChild, state.replaceAll("_", " "));
    },
  };
}
