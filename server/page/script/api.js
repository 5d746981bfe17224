// The HTTP interface of the server.

import { EventStreamParser } from "./event_stream.js";
import { askForToken, token } from "./token_prompt.js";

/** A result that is larger is refused: the tab's memory has a bound. */
const MOST_BYTES = 32 << 20;

/** What the server says about a mistake: message, hint, code, sqlState, and line, column and endColumn (from 1) where known. */
export class ApiError extends Error {
  constructor(error, status) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.sqlState = error.sql_state;
    this.hint = error.hint;
    this.line = error.line;
    this.column = error.column;
    this.endColumn = error.end_column;
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

async function failure(response) {
  let error = { message: `the server answered with status ${response.status}` };
  try {
    error = (await response.json()).error ?? error;
  } catch { /* Not of this server: the status says all there is. */ }
  return new ApiError(error, response.status);
}

async function request(path, options = {}) {
  for (;;) {
    const sent = token();
    const headers = { ...options.headers, ...(sent ? { Authorization: `Bearer ${sent}` } : {}) };
    let response;
    try {
      response = await fetch(path, { ...options, headers, cache: "no-store", redirect: "error" });
    } catch (problem) {
      if (problem.name === "AbortError") throw problem;
      throw new Unreachable("no answer from the server");
    }
    if (response.ok) return response;
    if (response.status !== 401) throw await failure(response);
    if (token() === sent) await askForToken(sent ? "The server does not know this token." : "");
  }
}

/** An answer that could not be completed has the reason at its end. */
function brokenOff(text) {
  let error = { message: "the answer broke off" };
  try {
    error = JSON.parse(/"error":\s*(\{.*\})\s*\}\s*$/s.exec(text)[1]);
  } catch { /* It ends somewhere. */ }
  return new ApiError(error, 200);
}

async function boundedText(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((problem) => {
      throw problem.name === "AbortError" ? problem : brokenOff(text.slice(-10000));
    });
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MOST_BYTES) {
      reader.cancel();
      throw new ApiError({ message: "the result has more than 32 MiB", hint: "ask for less of it: LIMIT 1000" }, 200);
    }
    text += decoder.decode(value, { stream: true });
  }
}

const post = (path, sql, parameters, signal) => request(path, {
  method: "POST", signal, body: JSON.stringify(parameters ? { sql, parameters } : { sql }), headers: { "Content-Type": "application/json", Accept: "application/json" },
});

/** Executes a statement: { columns: [{name, type}], rows: [[...]], notices }. */
export async function query(sql, { parameters, signal } = {}) {
  return JSON.parse(await boundedText(await post("/api/v1/query", sql, parameters, signal)));
}

/** Rows of a query as objects by column name. */
export async function records(sql, options) {
  const { columns, rows } = await query(sql, options);
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column.name, row[index]])));
}

/** Findings about statements: [{line, column, end_line, end_column, severity, code, message, hint}]. */
export async function check(sql, signal) {
  const text = await boundedText(await post("/api/v1/check", sql, null, signal));
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
}

export async function catalog(signal) {
  return JSON.parse(await boundedText(await request("/api/v1/catalog", { signal })));
}

/** Subscribes to the rows of a query. Calls columns(list), rows(list), lost(count), and once, at the end, ended(error or null).
    Returns a function that ends it. */
export function subscribe(sql, listener) {
  const abort = new AbortController();
  const deliver = (event, data) => {
    if (event === "columns") listener.columns(JSON.parse(data));
    else if (event === "rows") listener.rows(JSON.parse(data));
    else if (event === "lost") listener.lost(JSON.parse(data).rows);
    else if (event === "error") throw new ApiError(JSON.parse(data), 200);
  };
  const read = async () => {
    const response = await request(`/api/v1/subscribe?sql=${encodeURIComponent(sql)}`,
      { signal: abort.signal, headers: { Accept: "text/event-stream" } });
    const parser = new EventStreamParser(deliver);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.push(value);
    }
  };
  read().then(() => listener.ended(null), (problem) => {
    if (abort.signal.aborted) return;
    abort.abort();
    listener.ended(problem instanceof ApiError ? problem : new Unreachable("the server has gone away"));
  });
  return () => abort.abort();
}
