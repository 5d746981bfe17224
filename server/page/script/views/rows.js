// The rows of a relation: flowing, where it is a stream; else as they are now, again and again.

import * as api from "../api.js";
import { element, setText } from "../dom.js";
import { count, rate } from "../format.js";
import { poll } from "../poller.js";
import { quoted, relations } from "../relations.js";
import { FlowingRows, RowTable } from "../row_table.js";
import { status } from "../status.js";

const AGAIN_MILLISECONDS = 2000;
const MOST_ROWS = 500;
/** Of a table that retains more, only what came lately is asked for: it may have millions. */
const MOST_RETAINED = 10000;
const BEFORE_MILLISECONDS = 10000;

function nameList(current) {
  const search = element("input", { type: "search", placeholder: "Filter  /", "aria-label": "Filter names" });
  const lists = element("div", { class: "lists" });
  const show = () => {
    const wanted = search.value.toLowerCase();
    const groups = Map.groupBy(relations(status.catalog).filter((relation) => relation.name.toLowerCase().includes(wanted)), (relation) => relation.kind);
    lists.replaceChildren(...[...groups].map(([kind, members]) => element("div", {}, element("h3", { text: `${kind}s` }),
      element("ul", {}, ...members.map((relation) => element("li", {}, element("a", {
        href: `#/rows/${encodeURIComponent(relation.name)}`, text: relation.name, title: relation.name, "aria-current": relation.name === current ? "true" : null })))))));
  };
  search.addEventListener("input", show);
  status.addEventListener("catalog", show);
  show();
  return { node: element("nav", { class: "names", "aria-label": "Relations" }, search, lists), close: () => status.removeEventListener("catalog", show) };
}

/** What is asked for: all rows, or those of a table from a while ago on, where they have the time when they came. */
function subscriptionText(relation) {
  const all = `SELECT * FROM ${quoted(relation.name)}`;
  const retained = status.tables.find((table) => table.name === relation.name)?.rows ?? 0;
  if (retained <= MOST_RETAINED || relation.columns.some((column) => column.name.toLowerCase() === "received_at")) return all;
  const since = new Date(Date.now() - BEFORE_MILLISECONDS).toISOString().replace("T", " ").replace("Z", "");
  return `${all} WHERE received_at >= TIMESTAMP '${since}'`;
}

function flow(relation, place, note) {
  const rows = new FlowingRows(`Rows of ${relation.name}`);
  const pause = element("button", { type: "button", "aria-pressed": "false", "data-key": "p" }, "Pause ", element("kbd", { text: "p" }));
  const filter = element("input", { type: "search", placeholder: "Filter rows", "aria-label": "Filter rows" });
  const figures = element("span", { class: "faint", role: "status" });
  let lost = 0;
  let before = null;
  pause.addEventListener("click", () => {
    rows.setPaused(!rows.paused);
    pause.setAttribute("aria-pressed", String(rows.paused));
  });
  filter.addEventListener("input", () => rows.setFilter(filter.value));
  place.append(element("div", { class: "toolbar" }, pause, filter, figures,
    element("a", { class: "push", href: `#/chart?sql=${encodeURIComponent(`SELECT * FROM ${quoted(relation.name)}`)}`, text: "Chart" })), note, rows.node);
  setText(note, "Waiting for rows …");
  const timer = setInterval(() => {
    const now = performance.now();
    // What is there at first came before, and says nothing about now.
    const perSecond = before && (rows.total - before.total) * 1000 / (now - before.at);
    if (rows.total > 0) before = { total: rows.total, at: now };
    setText(figures, `${before && perSecond !== null ? `${rate(perSecond)} rows/s · ` : ""}${count(rows.total)} came${lost > 0 ? ` · ${count(lost)} left out: too many for this page` : ""}`);
  }, 1000);
  let stop = () => {};
  const listener = {
    columns: (columns) => rows.setColumns(columns),
    rows: (more) => {
      if (rows.total === 0) setText(note, "");
      rows.add(more);
    },
    lost: (more) => { lost += more; },
    ended: (problem) => {
      setText(note, problem ? `${problem.message}${problem.hint ? ` – ${problem.hint}` : ""}` : "The stream has ended.");
      // It may be away for a moment alone.
      if (problem instanceof api.Unreachable) retry = setTimeout(start, AGAIN_MILLISECONDS);
    },
  };
  let retry = 0;
  const start = () => { stop = api.subscribe(subscriptionText(relation), listener); };
  start();
  return () => {
    stop();
    clearTimeout(retry);
    clearInterval(timer);
    rows.close();
  };
}

function snapshot(relation, place, note) {
  const table = new RowTable(`Rows of ${relation.name}`);
  let columns = "";
  let shown = "";
  place.append(note, table.node);
  return poll(async (signal) => {
    try {
      const result = await api.query(`SELECT * FROM ${quoted(relation.name)} LIMIT ${MOST_ROWS}`, { signal });
      if (JSON.stringify(result.columns) !== columns) table.setColumns(result.columns);
      columns = JSON.stringify(result.columns);
      const text = JSON.stringify(result.rows);
      if (text !== shown) table.show(result.rows);
      shown = text;
      setText(note, result.rows.length === MOST_ROWS ? `The first ${MOST_ROWS} rows.` : `${count(result.rows.length)} rows, asked for every ${AGAIN_MILLISECONDS / 1000} s.`);
    } catch (problem) {
      if (problem.name === "AbortError") throw problem;
      setText(note, problem.message);
    }
  }, AGAIN_MILLISECONDS);
}

export function rowsView(root, { argument }) {
  const list = nameList(argument);
  const place = element("section", { "aria-label": "Rows" });
  root.append(element("h1", { class: "visually-hidden", text: "Rows" }), element("div", { class: "beside" }, list.node, place));
  let close = null;
  const open = () => {
    if (close) return;
    const known = relations(status.catalog);
    const relation = known.find((candidate) => candidate.name === argument);
    if (!relation) {
      place.replaceChildren(element("p", { class: "empty", text: argument === "" ? "Choose a table, a view or a pipeline." : known.length === 0 ? "" : `There is no ${argument} any more.` }));
      return;
    }
    const writes = relation.kind === "pipeline" ? relation.writes : null;
    place.replaceChildren(element("div", { class: "section-head" }, element("h2", { text: relation.name },
      element("small", { text: `${relation.kind}${relation.connection ? ` of ${relation.connection}` : ""}${writes ? ` into ${writes}` : ""}` }))));
    const note = element("p", { class: "note", role: "status" });
    close = relation.flows ? flow(relation, place, note) : snapshot(relation, place, note);
  };
  status.addEventListener("catalog", open);
  open();
  return () => {
    status.removeEventListener("catalog", open);
    list.close();
    close?.();
  };
}
