// What connections have logged, newest first.

import * as api from "../api.js";
import { element, setText } from "../dom.js";
import { count, timeOfDay } from "../format.js";
import { poll } from "../poller.js";
import { RingBuffer } from "../ring_buffer.js";

const AGAIN_MILLISECONDS = 1000;
const KEPT = 1000;
const SHOWN = 400;
const LEVELS = { all: [], "warnings and errors": ["trace", "debug", "info"], errors: ["trace", "debug", "info", "warning"] };

export function logView(root) {
  const kept = new RingBuffer(KEPT);
  const search = element("input", { type: "search", placeholder: "Filter  /", "aria-label": "Filter the log" });
  const level = element("select", { "aria-label": "Level" }, ...Object.keys(LEVELS).map((name) => element("option", { value: name, text: name })));
  const pause = element("button", { type: "button", "aria-pressed": "false", "data-key": "p" }, "Pause ", element("kbd", { text: "p" }));
  const note = element("span", { class: "faint", role: "status" });
  const list = element("ul", { class: "log", tabindex: "0", "aria-label": "Log" });
  root.append(element("h1", { class: "visually-hidden", text: "Log" }), element("div", { class: "toolbar" }, search, level, pause, note), list);
  let since = "1970-01-01T00:00:00";
  let atSince = 0;
  let paused = false;

  const line = (entry) => element("li", { "data-level": entry.level }, element("time", { datetime: entry.timestamp, title: entry.timestamp, text: timeOfDay(entry.timestamp) }),
    element("span", { class: "level", text: entry.level }), element("span", { text: entry.connection }), element("span", { class: "event", text: entry.event }),
    element("span", { class: "message", text: entry.message }));
  const matches = (entry) => !LEVELS[level.value].includes(entry.level) &&
    (search.value === "" || `${entry.connection} ${entry.event} ${entry.message}`.toLowerCase().includes(search.value.toLowerCase()));
  const showAll = () => {
    const lines = [];
    for (let index = 0; index < kept.size && lines.length < SHOWN; ++index) if (matches(kept.fromEnd(index))) lines.push(line(kept.fromEnd(index)));
    list.replaceChildren(...lines);
    setText(note, `${count(lines.length)} of ${count(kept.size)}`);
  };
  for (const control of [search, level]) control.addEventListener("input", showAll);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused) showAll();
  });
  return poll(async (signal) => {
    let entries;
    try {
      // Entries of the last moment are asked for again: more may have come in the same one.
      entries = await api.records(`SELECT * FROM (SELECT * FROM system.websocket_logs WHERE timestamp >= $1::TIMESTAMP ORDER BY timestamp DESC LIMIT ${KEPT}) ORDER BY timestamp`,
        { parameters: [since], signal });
    } catch (problem) {
      if (problem instanceof api.Unreachable) return;
      throw problem;
    }
    const fresh = entries.slice(atSince);
    if (entries.length > 0) {
      since = entries.at(-1).timestamp;
      atSince = entries.filter((entry) => entry.timestamp === since).length;
    }
    for (const entry of fresh) kept.push(entry);
    if (!paused && (fresh.length > 0 || list.children.length === 0)) showAll();
  }, AGAIN_MILLISECONDS);
}
