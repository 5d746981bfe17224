// What is wrong: connections and pipelines that fail, messages that could not be used, gaps.

import * as api from "../api.js";
import { element, setText } from "../dom.js";
import { bytes, count, duration, milliseconds, timeOfDay } from "../format.js";
import { KeyedRows, numberColumn, stateColumn, textColumn } from "../keyed_rows.js";
import { poll } from "../poller.js";
import { pretty } from "../row_table.js";
import { status, tone } from "../status.js";

const AGAIN_MILLISECONDS = 2000;
const MOST_LETTERS = 200;
const MOST_GAPS = 100;
const MOST_PAYLOAD = 256 << 10;

const when = (timestamp) => (timestamp ? `${timestamp.slice(0, 10)} ${timeOfDay(timestamp)}` : "");

/** The same row has the same key at every poll. */
const keyed = (rows, ...columns) => rows.map((row) => ({ ...row, key: JSON.stringify(columns.map((column) => row[column])) }));

/** Bytes in base64 as text where they are text, else in hexadecimal. */
function textOfBytes(base64) {
  const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return Array.from(data.subarray(0, MOST_PAYLOAD / 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
}

async function showPayload(cell, row) {
  if (cell.dataset.key === row.key) return;
  cell.dataset.key = row.key;
  try {
    const found = await api.records(`SELECT left(message, ${MOST_PAYLOAD}) AS message, CASE WHEN message IS NULL THEN data END AS data
      FROM system.dead_letters WHERE connection_name = $1 AND timestamp = $2::TIMESTAMP LIMIT 20`, { parameters: [row.connection_name, row.timestamp] });
    cell.replaceChildren(
      element("dl", { class: "pairs" }, ...["error_message", "message_id", "client_id", "remote_address", "received_at", "message_size", "delivery_count"]
        .filter((name) => row[name] !== null).flatMap((name) => [element("dt", { text: name }), element("dd", { text: String(row[name]) })])),
      ...found.map(({ message, data }) => element("pre", { class: "payload", tabindex: "0", "aria-label": "Payload",
        text: message !== null ? pretty(message) : data !== null ? textOfBytes(data) : "no payload" })),
      found.length === 0 ? element("p", { class: "empty", text: "It is no longer kept." }) : "");
  } catch (problem) {
    cell.replaceChildren(element("p", { class: "bad", text: problem.message }));
  }
}

function lettersTable() {
  const latest = new WeakMap();
  const rows = new KeyedRows("Dead letters", [
    {
      title: "Time (UTC)",
      make: (cell) => cell.append(element("button", { type: "button", class: "link mono", "aria-expanded": "false",
        on: { click: (event) => rows.toggle(latest.get(cell).key, latest.get(cell), event.currentTarget) } })),
      show: (cell, row) => {
        latest.set(cell, row);
        setText(cell.firstChild, when(row.timestamp));
      },
    },
    textColumn("Connection", (row) => row.connection_name, { class: "name" }),
    textColumn("What", (row) => row.error_type),
    textColumn("Why", (row) => row.error_message, { class: "cut" }),
    numberColumn("Size", (row) => row.message_size, bytes, { class: "middle" }),
    numberColumn("Deliveries", (row) => row.delivery_count, count, { class: "low" }),
    textColumn("Client", (row) => row.client_id, { class: "low" }),
  ], { detail: showPayload });
  return rows;
}

function section(title, help, rows, empty) {
  const counted = element("small", { text: help });
  const none = element("p", { class: "empty", text: empty });
  const node = element("section", {}, element("div", { class: "section-head" }, element("h2", { text: title }, counted)), none, rows.node);
  return { node, show: (list) => {
    rows.update(list, "key");
    none.hidden = list.length > 0;
    rows.node.hidden = list.length === 0;
  } };
}

export function problemsView(root) {
  const failing = section("Now", "connections and pipelines that want to be looked at", new KeyedRows("Failing now", [
    stateColumn("State", (row) => row.state, tone),
    textColumn("Name", (row) => row.name, { class: "name" }),
    textColumn("Kind", (row) => row.kind, { class: "faint" }),
    numberColumn("Errors", (row) => row.errors, count),
    numberColumn("Attempts", (row) => row.attempts, count, { class: "middle" }),
    textColumn("Next", (row) => (row.next ? `in ${duration(Math.max(0, milliseconds(row.next) - Date.now()))}` : ""), { class: "middle" }),
    textColumn("Last error", (row) => row.error, { class: "grow wrap" }),
  ]), "Nothing fails.");
  const letters = section("Dead letters", "messages that could not be used, whole: dlq_enabled = true keeps them", lettersTable(), "None.");
  const gaps = section("Gaps", "times in which a connection was down", new KeyedRows("Gaps", [
    textColumn("Since (UTC)", (row) => when(row.started_at), { class: "mono" }),
    textColumn("Connection", (row) => row.connection, { class: "name" }),
    textColumn("For", (row) => (row.ended_at ? duration(milliseconds(row.ended_at) - milliseconds(row.started_at)) : "still down"), { class: "number" }),
    numberColumn("Attempts", (row) => row.attempts, count, { class: "middle" }),
    textColumn("Resumed", (row) => (row.resumed === null ? "" : row.resumed ? "yes" : "no"), { class: "middle" }),
    numberColumn("Maybe lost", (row) => row.maybe_lost, count, { class: "middle", alarm: true }),
    textColumn("Why", (row) => row.reason, { class: "cut" }),
  ]), "None.");
  const streams = element("p", { class: "note" });
  root.append(element("h1", { class: "visually-hidden", text: "Problems" }), failing.node, letters.node, gaps.node, streams);

  const showFailing = () => {
    failing.show([
      ...status.connections.filter((row) => row.last_error || ["bad", "warn"].includes(tone(row.connection_state))).map((row) => ({ key: `c ${row.connection_name}`, name: row.connection_name,
        kind: "connection", state: row.connection_state, errors: row.errors, attempts: row.attempts, next: row.next_attempt_at, error: row.last_error ?? row.state_reason })),
      ...status.pipelines.filter((row) => row.last_error || row.state === "failed").map((row) => ({ key: `p ${row.name}`, name: row.name, kind: "pipeline", state: row.state,
        errors: row.errors, error: row.last_error })),
    ]);
    const tables = status.tables.filter((table) => ["errors", "dlq"].includes(table.stream));
    streams.replaceChildren(...(tables.length === 0 ? [] : ["Streams of errors that are declared: ", ...tables.flatMap((table, index) => [
      index > 0 ? ", " : "", element("a", { href: `#/rows/${encodeURIComponent(table.name)}`, text: table.name })])]));
  };
  status.addEventListener("change", showFailing);
  showFailing();
  const stop = poll(async (signal) => {
    try {
      letters.show(keyed(await api.records(`SELECT timestamp, connection_name, error_type, left(error_message, 2000) AS error_message, message_id, client_id, remote_address, received_at,
        message_size, delivery_count FROM system.dead_letters ORDER BY timestamp DESC LIMIT ${MOST_LETTERS}`, { signal }), "connection_name", "timestamp", "message_id"));
      gaps.show(keyed(await api.records(`SELECT * FROM system.websocket_gaps ORDER BY started_at DESC LIMIT ${MOST_GAPS}`, { signal }), "connection", "started_at", "client_id"));
    } catch (problem) {
      if (!(problem instanceof api.Unreachable)) throw problem;
    }
  }, AGAIN_MILLISECONDS);
  return () => {
    stop();
    status.removeEventListener("change", showFailing);
  };
}
