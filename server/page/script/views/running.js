// What runs: figures of the whole, connections, pipelines, tables.

import { element, setText } from "../dom.js";
import { bytes, count, duration, rate, timeOfDay } from "../format.js";
import { KeyedRows, numberColumn, stateColumn, textColumn } from "../keyed_rows.js";
import { RingBuffer } from "../ring_buffer.js";
import { SAMPLES } from "../counters.js";
import { Sparkline, sparklineColumn } from "../sparkline.js";
import { status, tone } from "../status.js";

/** A name with a button that opens the rest of what is known. */
function nameColumn(title, key, rows) {
  const latest = new WeakMap();
  return {
    title, class: "name",
    make: (cell) => {
      const button = element("button", { type: "button", class: "link", "aria-expanded": "false",
        on: { click: () => rows().toggle(latest.get(cell)[key], latest.get(cell), button) } });
      cell.append(button);
    },
    show: (cell, row) => {
      latest.set(cell, row);
      setText(cell.firstChild, row[key]);
    },
  };
}

/** The columns of a row that have something to say, as pairs. */
function pairs(cell, row) {
  const shown = Object.entries(row).filter(([, value]) => value !== null && value !== 0 && value !== "");
  const names = shown.map(([name]) => name).join();
  if (cell.dataset.names !== names) {
    cell.dataset.names = names;
    cell.replaceChildren(element("dl", { class: "pairs" }, ...shown.flatMap(([name]) => [element("dt", { text: name }), element("dd")])));
  }
  cell.querySelectorAll("dd").forEach((node, index) => setText(node, String(shown[index][1])));
}

const connectionsTable = () => {
  const counters = status.connectionCounters;
  const name = (row) => row.connection_name;
  const rows = new KeyedRows("Connections", [
    stateColumn("State", (row) => row.connection_state, tone),
    nameColumn("Connection", "connection_name", () => rows),
    textColumn("Connector", (row) => row.connector, { class: "middle" }),
    numberColumn("In/s", (row) => counters.rate(name(row), "messages_received"), rate, { help: "messages received per second" }),
    sparklineColumn("Received", (row) => `Messages of ${name(row)}`, (row) => counters.history(name(row), "messages_received")),
    numberColumn("Out/s", (row) => counters.rate(name(row), "messages_sent"), rate, { help: "messages sent per second" }),
    numberColumn("Bytes/s", (row) => counters.rate(name(row), "bytes_received") + counters.rate(name(row), "bytes_sent"), bytes, { class: "middle" }),
    numberColumn("Last message", (row) => row.last_message_age_ms, duration, { class: "middle", help: "how long ago" }),
    numberColumn("Waiting", (row) => row.pending_messages, count, { class: "low", help: "messages that wait" }),
    numberColumn("Clients", (row) => row.clients || null, count, { class: "low" }),
    numberColumn("Failed", (row) => row.messages_failed, count, { class: "middle", help: "messages that could not be used", alarm: true }),
    numberColumn("Lost", (row) => row.messages_dropped + row.messages_maybe_lost, count, { class: "low", help: "dropped, or perhaps lost", alarm: true }),
    numberColumn("Reconnects", (row) => row.reconnect_count, count, { class: "low" }),
    textColumn("Endpoint, or what is wrong", (row) => row.state_reason ?? row.endpoint, { class: "grow cut faint" }),
  ], { detail: pairs });
  return rows;
};

const pipelinesTable = () => {
  const counters = status.pipelineCounters;
  const declared = (row) => status.catalog.pipelines.find((pipeline) => pipeline.name === row.name);
  const rows = new KeyedRows("Pipelines", [
    stateColumn("State", (row) => row.state, tone),
    nameColumn("Pipeline", "name", () => rows),
    textColumn("From, to", (row) => `${declared(row)?.reads?.join(", ") ?? ""} → ${row.sink ?? declared(row)?.writes ?? "rows"}`, { class: "grow cut faint" }),
    numberColumn("In/s", (row) => counters.rate(row.name, "rows_in"), rate, { help: "rows read per second" }),
    numberColumn("Out/s", (row) => counters.rate(row.name, "rows_out"), rate, { help: "rows delivered per second" }),
    sparklineColumn("Delivered", (row) => `Rows of ${row.name}`, (row) => counters.history(row.name, "rows_out")),
    numberColumn("Lag", (row) => row.lag_ms, duration, { class: "middle", help: "how far the watermark is behind the clock" }),
    textColumn("Watermark", (row) => timeOfDay(row.watermark), { class: "number low", help: "UTC" }),
    numberColumn("Late rows", (row) => row.late_rows, count, { class: "middle", alarm: true }),
    numberColumn("State rows", (row) => row.state_rows, count, { class: "middle" }),
    numberColumn("State size", (row) => row.state_bytes, bytes, { class: "low" }),
    numberColumn("Errors", (row) => row.errors, count, { alarm: true }),
  ], { detail: pairs });
  return rows;
};

const tablesTable = () => {
  const counters = status.tableCounters;
  const links = {
    title: "Table", class: "name",
    make: (cell, row) => cell.append(element("a", { href: `#/rows/${encodeURIComponent(row.name)}`, text: row.name })),
    show: () => {},
  };
  return new KeyedRows("Tables", [
    links,
    textColumn("Kind", (row) => (row.stream && row.stream !== "messages" ? `${row.kind} of ${row.stream}` : row.kind), { class: "faint" }),
    textColumn("Connection", (row) => row.connection, { class: "grow middle" }),
    numberColumn("In/s", (row) => (row.rows_received === null ? null : counters.rate(row.name, "rows_received")), rate),
    numberColumn("Rows", (row) => row.rows, count, { help: "rows that are retained" }),
    numberColumn("Size", (row) => row.bytes, bytes),
    numberColumn("Received", (row) => row.rows_received, count, { class: "middle" }),
    numberColumn("Expired", (row) => row.rows_expired, count, { class: "low" }),
  ]);
};

/** A figure of the whole, with its course. */
class Vital {
  constructor(title, of, format) {
    this.of = of;
    this.format = format;
    this.history = new RingBuffer(SAMPLES);
    this.sparkline = new Sparkline(title);
    this.figure = element("dd", { class: "figure" });
    this.node = element("div", { class: "vital" }, element("dt", { text: title }), this.figure, element("dd", { class: "course" }, this.sparkline.node));
    this.sampledAt = 0;
  }

  show() {
    const value = this.of();
    setText(this.figure, this.format(value) || "–");
    if (value === null || status.sampledAt === this.sampledAt) return;
    this.sampledAt = status.sampledAt;
    this.history.push(value);
    this.sparkline.show(this.history.toArray());
  }
}

const sum = (rows, column) => rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);

export function runningView(root) {
  const vitals = [
    new Vital("Messages in /s", () => status.connectionCounters.total("messages_received"), rate),
    new Vital("Messages out /s", () => status.connectionCounters.total("messages_sent"), rate),
    new Vital("Rows of pipelines /s", () => status.pipelineCounters.total("rows_out"), rate),
    new Vital("Retained", () => sum(status.tables, "bytes"), bytes),
    new Vital("State of pipelines", () => sum(status.pipelines, "state_bytes"), bytes),
  ];
  const sections = [
    { title: "Connections", rows: connectionsTable(), of: () => status.connections, key: "connection_name", empty: "No connection is declared." },
    { title: "Pipelines", rows: pipelinesTable(), of: () => status.pipelines, key: "name", empty: "No pipeline is declared." },
    { title: "Tables", rows: tablesTable(), of: () => status.tables, key: "name", empty: "No table is declared." },
  ];
  for (const section of sections) {
    section.count = element("small");
    section.none = element("p", { class: "empty", text: section.empty, hidden: true });
    section.node = element("section", {}, element("div", { class: "section-head" }, element("h2", { text: section.title }, section.count)), section.none, section.rows.node);
  }
  root.append(element("h1", { class: "visually-hidden", text: "What runs" }), element("dl", { class: "vitals" }, ...vitals.map((vital) => vital.node)), ...sections.map((section) => section.node));

  const show = () => {
    if (!status.known) return;
    for (const vital of vitals) vital.show();
    for (const { rows, of, key, none, count: counted } of sections) {
      rows.update(of(), key);
      none.hidden = of().length > 0;
      rows.node.hidden = of().length === 0;
      setText(counted, of().length > 0 ? String(of().length) : "");
    }
  };
  status.addEventListener("change", show);
  show();
  return () => status.removeEventListener("change", show);
}
