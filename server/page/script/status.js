// What runs, asked for again and again: connections, pipelines and tables with their rates, and the catalog.

import * as api from "./api.js";
import { Counters } from "./counters.js";
import { poll } from "./poller.js";

const CONNECTIONS_MILLISECONDS = 400;
const SAMPLE_MILLISECONDS = 1000;
const CATALOG_MILLISECONDS = 15000;

/** Tells of news by the events "change" (rows and rates), "catalog" and "health". */
class Status extends EventTarget {
  constructor() {
    super();
    this.connections = [];
    this.pipelines = [];
    this.tables = [];
    this.catalog = { connections: [], tables: [], views: [], pipelines: [], system_tables: [], functions: [], version: "" };
    this.connectionCounters = new Counters();
    this.pipelineCounters = new Counters();
    this.tableCounters = new Counters();
    this.awaySince = null;
    this.problem = "";
    this.known = false;
    this.sampledAt = -Infinity;
    this.catalogAt = -Infinity;
    this.names = "";
  }

  start() {
    poll((signal) => this.ask(signal), CONNECTIONS_MILLISECONDS);
  }

  /** Asks for the catalog anew, soon: something may have been declared. */
  catalogMayHaveChanged() {
    this.catalogAt = -Infinity;
  }

  async ask(signal) {
    try {
      const now = performance.now();
      this.connections = await api.records("SELECT * FROM system.connections ORDER BY connection_name", { signal });
      if (now - this.sampledAt >= SAMPLE_MILLISECONDS) await this.sample(signal);
      if (performance.now() - this.catalogAt >= CATALOG_MILLISECONDS) await this.askForCatalog(signal);
      if (this.awaySince !== null || !this.known) {
        this.awaySince = null;
        this.known = true;
        this.dispatchEvent(new Event("health"));
      }
      this.dispatchEvent(new Event("change"));
    } catch (problem) {
      if (problem.name === "AbortError") return;
      this.awaySince ??= Date.now();
      this.problem = problem.message;
      this.dispatchEvent(new Event("health"));
    }
  }

  async sample(signal) {
    const now = this.sampledAt = performance.now();
    this.connectionCounters.sample(this.connections, "connection_name",
      ["messages_received", "messages_sent", "bytes_received", "bytes_sent"], now);
    this.pipelines = await api.records("SELECT * FROM system.pipelines ORDER BY name", { signal });
    this.pipelineCounters.sample(this.pipelines, "name", ["rows_in", "rows_out"], now);
    this.tables = await api.records("SELECT * FROM system.tables ORDER BY name", { signal });
    this.tableCounters.sample(this.tables, "name", ["rows_received"], now);
    const names = [this.connections.map((row) => row.connection_name), this.pipelines.map((row) => row.name),
      this.tables.map((row) => row.name)].join("\n");
    if (names !== this.names) this.catalogMayHaveChanged();
    this.names = names;
  }

  async askForCatalog(signal) {
    const catalog = await api.catalog(signal);
    this.catalogAt = performance.now();
    const same = JSON.stringify(catalog) === JSON.stringify(this.catalog);
    this.catalog = catalog;
    if (!same) this.dispatchEvent(new Event("catalog"));
  }

  /** What wants to be looked at. */
  problems() {
    return this.connections.filter((row) => tone(row.connection_state) === "bad" || tone(row.connection_state) === "warn").length +
      this.pipelines.filter((row) => row.state === "failed").length;
  }
}

/** How a state is to be taken: good, warn, bad or idle. */
export function tone(state) {
  switch (state) {
    case "connected": case "listening": case "running": return "good";
    case "connecting": case "waiting_to_reconnect": case "waiting_for_types": case "closing": return "warn";
    case "failed": return "bad";
    default: return "idle";
  }
}

export const status = new Status();
