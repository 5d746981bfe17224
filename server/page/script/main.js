// The page: its views by the part after #, the bar above them, keys, light and dark.

import { element, setText, showDialog } from "./dom.js";
import { duration } from "./format.js";
import { status } from "./status.js";
import { chartView } from "./views/chart.js";
import { graphView } from "./views/graph.js";
import { logView } from "./views/log.js";
import { problemsView } from "./views/problems.js";
import { queryView } from "./views/query.js";
import { rowsView } from "./views/rows.js";
import { runningView } from "./views/running.js";

const VIEWS = [
  { path: "running", title: "Running", open: runningView },
  { path: "graph", title: "Graph", open: graphView },
  { path: "rows", title: "Rows", open: rowsView },
  { path: "query", title: "Query", open: queryView },
  { path: "chart", title: "Chart", open: chartView },
  { path: "problems", title: "Problems", open: problemsView },
  { path: "log", title: "Log", open: logView },
];

const root = document.getElementById("view");
let close = () => {};
let shown = null;

function tabs() {
  const list = document.getElementById("tabs");
  for (const view of VIEWS) {
    view.link = element("a", { href: `#/${view.path}`, text: view.title });
    list.append(element("li", {}, view.link));
  }
  const problems = VIEWS.find((view) => view.path === "problems");
  problems.count = element("span", { class: "count" });
  problems.link.append(problems.count);
  status.addEventListener("change", () => {
    const found = status.problems();
    setText(problems.count, found > 0 ? String(found) : "");
    document.title = found > 0 ? `(${found}) laminar` : "laminar";
  });
}

/** "#/rows/trades?live=1" is the view rows with the argument "trades" and parameters. */
function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

function route() {
  const [, path, argument = "", search = ""] = /^#?\/?([^/?]*)\/?([^?]*)\??(.*)$/.exec(location.hash) ?? [];
  const view = VIEWS.find((candidate) => candidate.path === path) ?? VIEWS[0];
  close();
  for (const dialog of document.querySelectorAll("dialog.passing")) dialog.close();
  root.replaceChildren();
  root.dataset.view = view.path;
  for (const { link } of VIEWS) link.removeAttribute("aria-current");
  view.link.setAttribute("aria-current", "page");
  close = view.open(root, { argument: decoded(argument), parameters: new URLSearchParams(search) }) ?? (() => {});
  if (shown !== null && shown !== view && !root.contains(document.activeElement)) root.focus({ preventScroll: true });
  shown = view;
}

function health() {
  const node = document.getElementById("health");
  const show = () => {
    const away = status.awaySince !== null;
    node.dataset.state = away ? "away" : "here";
    if (away) setText(node, `${status.problem} · ${duration(Math.floor((Date.now() - status.awaySince) / 1000) * 1000)}`);
    else setText(node, status.known ? `${location.host}${status.catalog.version ? ` · ${status.catalog.version}` : ""}` : "connecting");
  };
  for (const event of ["health", "catalog"]) status.addEventListener(event, show);
  show();
}

function theme() {
  const KEY = "laminar.theme";
  const CHOICES = ["system", "light", "dark"];
  const button = document.getElementById("theme");
  let choice = CHOICES.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : "system";
  const apply = () => {
    document.documentElement.dataset.theme = choice;
    button.textContent = { system: "◐", light: "○", dark: "●" }[choice];
    button.title = `Colours: ${choice}`;
    button.setAttribute("aria-label", `Colours: ${choice}`);
    window.dispatchEvent(new Event("themechange"));
  };
  button.addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    localStorage.setItem(KEY, choice);
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => window.dispatchEvent(new Event("themechange")));
  apply();
}

function showKeys() {
  const KEYS = [...VIEWS.map((view, index) => [String(index + 1), view.title]), ["/", "search, or the editor"], ["Ctrl Enter", "run the statement at the cursor"],
    ["Shift Ctrl Enter", "subscribe to it"], ["Ctrl Space", "complete"], ["p", "pause, or go on"], ["t", "light, dark, or as the system"], ["?", "this list"]];
  showDialog("Keys", element("dl", { class: "pairs keys" }, ...KEYS.flatMap(([key, what]) => [
    element("dt", {}, ...key.split(" ").map((part) => element("kbd", { text: part }))), element("dd", { text: what })])));
}

function keys() {
  document.getElementById("keys").addEventListener("click", showKeys);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const view = VIEWS[Number(event.key) - 1];
    if (view) location.hash = `#/${view.path}`;
    else if (event.key === "?") showKeys();
    else if (event.key === "t") document.getElementById("theme").click();
    else if (event.key === "p") root.querySelector("[data-key='p']")?.click();
    else if (event.key === "/") root.querySelector("input[type=search], textarea")?.focus();
    else return;
    event.preventDefault();
  });
}

tabs();
health();
theme();
keys();
window.addEventListener("hashchange", route);
status.start();
route();
