// A chart over the rows of any query: time, value, and a series for each value of a column.

import * as api from "../api.js";
import { Chart } from "../chart.js";
import { CheckedEditor } from "../checked_editor.js";
import { element, setText } from "../dom.js";
import { cell, count, isNumeric, isTime, milliseconds } from "../format.js";
import { quoted, relations } from "../relations.js";
import { status } from "../status.js";
import { TimeSeries } from "../time_series.js";

const BUCKETS = 400;
const MOST_SERIES = 12;
const FRAME_MILLISECONDS = 200;
const ARRIVAL = "when it came";
const TEXT_KEY = "laminar.chart";
const WINDOWS = [["30 s", 30], ["1 min", 60], ["5 min", 300], ["15 min", 900], ["1 h", 3600]];
const SUMMARIES = ["last", "mean", "least", "most", "sum", "count"];

function choice(label, options, chosen) {
  const select = element("select");
  const set = (values, selected) => {
    select.replaceChildren(...values.map((value) => element("option", { value: String(value[1] ?? value[0]), text: String(value[0]) })));
    if (selected !== undefined) select.value = String(selected);
  };
  set(options, chosen);
  return { node: element("label", { class: "field" }, label, select), select, set, get value() { return select.value; } };
}

function firstQuery() {
  const relation = relations(status.catalog).find((candidate) => candidate.flows && candidate.columns.some((column) => isNumeric(column.type)));
  return relation ? `SELECT * FROM ${quoted(relation.name)}` : "";
}

export function chartView(root, { parameters }) {
  const given = parameters.get("sql") ?? sessionStorage.getItem(TEXT_KEY);
  const checked = new CheckedEditor({ label: "Query of the chart", text: given ?? firstQuery() });
  checked.editor.node.classList.add("low");
  const draw = element("button", { type: "button", class: "primary" }, "Draw ", element("kbd", { text: "Ctrl ⏎" }));
  const pause = element("button", { type: "button", "aria-pressed": "false", "data-key": "p" }, "Pause ", element("kbd", { text: "p" }));
  const time = choice("time", []);
  const value = choice("value", []);
  const by = choice("series by", []);
  const summary = choice("per point", SUMMARIES.map((name) => [name]), "last");
  const span = choice("window", WINDOWS, 60);
  const note = element("p", { class: "note", role: "status", text: "Time runs on with the rows." });
  const chart = new Chart();
  root.append(element("h1", { class: "visually-hidden", text: "Chart" }), checked.node,
    element("div", { class: "toolbar run" }, draw, pause, time.node, value.node, by.node, summary.node, span.node), note, chart.node);

  let stop = () => {};
  let columns = [];
  let series = null;
  let came = 0;
  let lost = 0;
  let paused = false;

  const fresh = () => {
    series = new TimeSeries({ windowSeconds: Number(span.value), buckets: BUCKETS, mostSeries: MOST_SERIES, summary: summary.value });
  };
  /** What the chart shows of a row is chosen by types first. */
  const choose = () => {
    const names = columns.map((column) => [column.name]);
    const times = columns.filter((column) => isTime(column.type));
    const numbers = columns.filter((column) => isNumeric(column.type));
    const texts = columns.filter((column) => /^(VARCHAR|TEXT|ENUM|BOOLEAN)/i.test(column.type) && column.name !== "_op");
    const keep = (select, fallback) => (names.some(([name]) => name === select.value) || select.value === "" ? select.value || fallback : fallback);
    time.set([...names, [ARRIVAL]], time.value === ARRIVAL ? ARRIVAL : keep(time, times[0]?.name ?? ARRIVAL));
    value.set(names, keep(value, numbers[0]?.name ?? names[0]?.[0]));
    by.set([["nothing", ""], ...names], texts.some((column) => column.name === by.value) ? by.value : texts[0]?.name ?? "");
  };
  const add = (rows) => {
    const place = (name) => columns.findIndex((column) => column.name === name);
    const [timeAt, valueAt, byAt, operationAt] = [place(time.value), place(value.value), place(by.value), place("_op")];
    const now = Date.now();
    for (const row of rows) {
      if (operationAt >= 0 && String(row[operationAt]).startsWith("-")) continue;
      series.add(byAt < 0 ? value.value : cell(row[byAt]), timeAt < 0 ? now : milliseconds(row[timeAt]), Number(row[valueAt]));
    }
    came += rows.length;
  };
  const say = (problem) => {
    note.classList.toggle("bad", Boolean(problem));
    const left = series?.leftOut.size ?? 0;
    setText(note, problem ?? `${count(came)} rows${left > 0 ? ` · ${MOST_SERIES} series shown, ${left} left out` : ""}${lost > 0 ? ` · ${count(lost)} rows left out: too many for this page` : ""}`);
  };
  const begin = () => {
    stop();
    const text = checked.text.trim().replace(/;\s*$/, "");
    if (text === "") return say("Write a query first: SELECT at, price, symbol FROM trades");
    sessionStorage.setItem(TEXT_KEY, checked.text);
    came = lost = 0;
    fresh();
    say("Waiting for rows …");
    note.classList.remove("bad");
    stop = api.subscribe(text, {
      columns: (list) => {
        columns = list;
        choose();
        fresh();
      },
      rows: add,
      lost: (rows) => { lost += rows; },
      ended: (problem) => {
        say(problem ? problem.message : `The stream has ended, after ${count(came)} rows.`);
        if (!(problem instanceof api.ApiError)) return;
        checked.stop();
        checked.show([{ message: problem.message, hint: problem.hint, code: problem.code, line: problem.line, column: problem.column, end_column: problem.endColumn }]);
      },
    });
    return undefined;
  };
  const timer = setInterval(() => {
    if (paused || !series || series.newest === null) return;
    chart.show([...series.series.keys()], series.columns());
    say();
  }, FRAME_MILLISECONDS);

  draw.addEventListener("click", begin);
  checked.editor.addEventListener("run", begin);
  checked.editor.addEventListener("subscribe", begin);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
  });
  for (const control of [time, value, by, summary, span]) control.select.addEventListener("change", fresh);
  const offer = () => {
    if (checked.text === "" && given === null) checked.editor.setText(firstQuery());
  };
  status.addEventListener("catalog", offer);
  if (parameters.get("sql")) begin();
  return () => {
    status.removeEventListener("catalog", offer);
    clearInterval(timer);
    stop();
    checked.stop();
    chart.close();
  };
}
