// Statements, and what they come to.

import * as api from "../api.js";
import { CheckedEditor } from "../checked_editor.js";
import { element, setText } from "../dom.js";
import { count, duration } from "../format.js";
import { FlowingRows, RowTable } from "../row_table.js";
import { statementAt } from "../sql_tokens.js";
import { status } from "../status.js";

const TEXT_KEY = "laminar.query";
const HISTORY_KEY = "laminar.history";
const MOST_HISTORY = 50;
const MOST_SHOWN = 1000;
const BEGINNING = "-- Ctrl-Enter runs the statement at the cursor, Shift-Ctrl-Enter subscribes to it.\nSHOW TABLES;\n\nSELECT connection_name, connection_state, messages_received\nFROM system.connections\nORDER BY messages_received DESC;\n";

function history() {
  return JSON.parse(sessionStorage.getItem(HISTORY_KEY) ?? "[]");
}

function remember(statement) {
  const list = [statement, ...history().filter((other) => other !== statement)].slice(0, MOST_HISTORY).filter((text) => text.length < 20000);
  sessionStorage.setItem(HISTORY_KEY, JSON.stringify(list));
}

export function queryView(root, { parameters }) {
  const checked = new CheckedEditor({ label: "SQL", text: parameters.get("sql") ?? sessionStorage.getItem(TEXT_KEY) ?? BEGINNING });
  const { editor } = checked;
  const run = element("button", { type: "button", class: "primary" }, "Run ", element("kbd", { text: "Ctrl ⏎" }));
  const live = element("button", { type: "button" }, "Subscribe ", element("kbd", { text: "⇧ Ctrl ⏎" }));
  const stop = element("button", { type: "button", text: "Stop", disabled: true, "data-key": "p" });
  const earlier = element("select", { "aria-label": "Earlier statements" });
  const note = element("p", { class: "note", role: "status" });
  const result = element("div");
  root.append(element("h1", { class: "visually-hidden", text: "Query" }), checked.node,
    element("div", { class: "toolbar run" }, run, live, stop, note, element("span", { class: "push" }), earlier), result);
  let end = () => {};
  let runs = 0;

  const showHistory = () => earlier.replaceChildren(element("option", { text: "Earlier statements", value: "" }),
    ...history().map((text, index) => element("option", { value: String(index), text: text.replace(/\s+/g, " ").slice(0, 80) })));
  showHistory();
  earlier.addEventListener("change", () => {
    if (earlier.value !== "") editor.setText(history()[Number(earlier.value)]);
    earlier.value = "";
    editor.area.focus();
  });
  editor.addEventListener("change", () => {
    if (editor.text.length < 1 << 20) sessionStorage.setItem(TEXT_KEY, editor.text);
  });

  /** What is selected, else the statement at the cursor. */
  const statement = () => {
    const { selectionStart, selectionEnd } = editor.area;
    if (selectionEnd > selectionStart) {
      const selected = editor.text.slice(selectionStart, selectionEnd);
      return statementAt(selected, 0) && { text: selected.trim(), start: selectionStart + selected.indexOf(selected.trim()) };
    }
    return statementAt(editor.text, editor.caret);
  };

  /** An error about a statement is shown where that stands in the whole text. */
  const showError = (problem, start) => {
    const before = editor.text.slice(0, start).split("\n");
    const shift = problem.line === 1 ? Array.from(before.at(-1)).length : 0;
    checked.stop();
    checked.show([{ message: problem.message, hint: problem.hint, code: problem.code, line: problem.line && problem.line + before.length - 1,
      column: problem.column && problem.column + shift, end_column: problem.endColumn && problem.endColumn + shift }]);
    note.classList.add("bad");
    setText(note, problem.message);
  };

  const begin = () => {
    end();
    result.replaceChildren();
    note.classList.remove("bad");
    const wanted = statement();
    if (!wanted) {
      setText(note, "There is no statement.");
      return null;
    }
    remember(wanted.text);
    showHistory();
    stop.disabled = false;
    return wanted;
  };

  const execute = async () => {
    const wanted = begin();
    if (!wanted) return;
    if (/^SUBSCRIBE\b/i.test(wanted.text)) return follow(wanted);
    const abort = new AbortController();
    end = () => abort.abort();
    const run = ++runs;
    const started = performance.now();
    setText(note, "Running …");
    try {
      const { columns = [], rows = [], notices = [] } = await api.query(wanted.text, { signal: abort.signal });
      const said = notices.map((notice) => ` · ${notice.message ?? notice}`).join("");
      const took = duration(performance.now() - started);
      setText(note, columns.length === 0 ? `Done in ${took}${said}` : `${count(rows.length)} ${rows.length === 1 ? "row" : "rows"} in ${took}${rows.length > MOST_SHOWN ? `, ${count(MOST_SHOWN)} shown` : ""}${said}`);
      if (columns.length > 0) {
        const table = new RowTable("Result");
        table.setColumns(columns);
        table.show(rows.slice(0, MOST_SHOWN));
        result.append(table.node);
      }
      status.catalogMayHaveChanged();
    } catch (problem) {
      if (problem.name === "AbortError") {
        if (run === runs) setText(note, "Cancelled.");
      }
      else showError(problem, wanted.start);
    } finally {
      if (run === runs) stop.disabled = true;
    }
  };

  const follow = (wanted = begin()) => {
    if (!wanted) return;
    runs += 1;
    const flowing = new FlowingRows("Rows");
    result.append(flowing.node);
    setText(note, "Waiting for rows …");
    let lost = 0;
    const say = (state) => setText(note, `${count(flowing.total)} rows${lost > 0 ? `, ${count(lost)} left out: too many for this page` : ""} · ${state}`);
    const timer = setInterval(() => { if (flowing.total > 0) say("subscribed"); }, 500);
    const unsubscribe = api.subscribe(wanted.text, {
      columns: (columns) => flowing.setColumns(columns),
      rows: (rows) => flowing.add(rows),
      lost: (rows) => { lost += rows; },
      ended: (problem) => {
        finish();
        if (problem) showError(problem, wanted.start);
        else say("the stream has ended");
      },
    });
    const finish = () => {
      clearInterval(timer);
      unsubscribe();
      stop.disabled = true;
      end = () => {};
    };
    end = () => {
      finish();
      say("stopped");
    };
  };

  run.addEventListener("click", execute);
  live.addEventListener("click", () => follow());
  stop.addEventListener("click", () => end());
  editor.addEventListener("run", execute);
  editor.addEventListener("subscribe", () => follow());
  return () => {
    end();
    checked.stop();
  };
}
