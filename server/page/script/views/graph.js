// What reads what: connections, tables, views, pipelines and sinks, from the catalog, with their rates.

import { element, setText, shape } from "../dom.js";
import { rate } from "../format.js";
import { layout } from "../graph_layout.js";
import { status, tone } from "../status.js";

const SIZE = { width: 156, height: 42, gapX: 40, gapY: 16 };
const MARGIN = 20;

/** { nodes: Map of id -> {name, kind, link}, edges: [{from, to}] }. A connection that is read and written to stands there twice. */
export function graphOf(catalog) {
  const nodes = new Map();
  const edges = [];
  const place = (id, node) => {
    if (!nodes.has(id)) nodes.set(id, node);
    return id;
  };
  const connection = (name, way) => place(`${way} ${name}`, { name, way, kind: "connection", link: "#/running",
    detail: catalog.connections.find((candidate) => candidate.name === name)?.connector ?? "" });
  // Names are the same whatever their case.
  const known = new Map();
  for (const kind of ["connection", "pipeline", "view", "table"]) for (const { name } of catalog[`${kind}s`]) known.set(name.toLowerCase(), { kind, name });
  const find = (name) => known.get(name.toLowerCase());
  const written = new Set(catalog.pipelines.map((pipeline) => pipeline.writes && find(pipeline.writes)?.name));
  const read = new Set([...catalog.pipelines, ...catalog.views].flatMap((reader) => reader.reads ?? []).map((name) => find(name)?.name));
  const relation = (name, way = "in") => {
    const { kind, name: declared } = find(name);
    if (kind === "connection") return connection(declared, way);
    return place(`relation ${declared}`, { name: declared, kind, link: `#/rows/${encodeURIComponent(declared)}`, detail: kind });
  };
  /** Of what is read, only what has rows: not functions. */
  const sources = (reader) => (reader.reads ?? []).filter(find);
  for (const table of catalog.tables) {
    const id = relation(table.name);
    if (!table.connection || !find(table.connection)) continue;
    if (!written.has(table.name) || read.has(table.name)) edges.push({ from: relation(table.connection, "in"), to: id });
    if (written.has(table.name)) edges.push({ from: id, to: relation(table.connection, "out") });
  }
  for (const view of catalog.views) for (const source of sources(view)) edges.push({ from: relation(source), to: relation(view.name) });
  for (const pipeline of catalog.pipelines) {
    const id = relation(pipeline.name);
    for (const source of sources(pipeline)) edges.push({ from: relation(source), to: id });
    if (pipeline.writes && find(pipeline.writes)) edges.push({ from: id, to: relation(pipeline.writes, "out") });
  }
  for (const { name } of catalog.connections) if (!nodes.has(`in ${name}`) && !nodes.has(`out ${name}`)) connection(name, "in");
  return { nodes, edges };
}

/** Rows per second that leave a node, and its state. */
function liveOf(node) {
  if (node.kind === "connection") {
    const row = status.connections.find((candidate) => candidate.connection_name === node.name);
    return { state: row?.connection_state, rate: status.connectionCounters.rate(node.name, node.way === "out" ? "messages_sent" : "messages_received") };
  }
  if (node.kind === "pipeline") {
    const row = status.pipelines.find((candidate) => candidate.name === node.name);
    return { state: row?.state, rate: status.pipelineCounters.rate(node.name, "rows_out") };
  }
  const row = status.tables.find((candidate) => candidate.name === node.name);
  return { state: null, rate: row?.rows_received > 0 ? status.tableCounters.rate(node.name, "rows_received") : null };
}

/** A smooth line through points that come in pairs: out of a node, over the layers between, into a node. */
function curve(points) {
  let path = `M${points[0].x} ${points[0].y}`;
  for (let index = 0; index + 1 < points.length; index += 2) {
    const [from, to] = [points[index], points[index + 1]];
    const middle = (from.x + to.x) / 2;
    path += `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
    if (index + 2 < points.length) path += `L${points[index + 2].x} ${points[index + 2].y}`;
  }
  return path;
}

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function drawn({ nodes, edges }) {
  const { places, ways, width, height } = layout([...nodes.keys()], edges, SIZE);
  const svg = shape("svg", { width: width + 2 * MARGIN, height: height + 2 * MARGIN, viewBox: `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`,
    role: "group", "aria-label": "What reads what" });
  const live = [];
  for (const { edge, points } of ways) {
    const path = curve(points);
    const line = shape("path", { class: "edge", d: path });
    const flow = shape("path", { class: "flow", d: path });
    svg.append(line, flow);
    live.push({ edge, line, flow });
  }
  for (const [id, node] of nodes) {
    const { x, y } = places.get(id);
    const figure = shape("text", { class: "figure", x: SIZE.width - 10, y: 33 });
    const title = shape("title", { text: `${node.detail} ${node.name}` });
    const kind = shape("text", { class: "kind", x: 13, y: 33, text: shortened(node.detail, 16) });
    const group = shape("g", { class: "node", transform: `translate(${x} ${y})` }, title,
      shape("rect", { class: "box", width: SIZE.width, height: SIZE.height, rx: 4 }),
      shape("rect", { class: "side", width: 4, height: SIZE.height, rx: 2 }),
      shape("text", { x: 13, y: 17, text: shortened(node.name, 24) }),
      kind, figure);
    const anchor = shape("a", { href: node.link }, group);
    svg.append(anchor);
    live.push({ id, node, group, figure, anchor, title, kind });
  }
  return { svg, live };
}

/** What leads to a node and what it leads to, all the way. */
function around(id, edges) {
  const found = new Set([id]);
  for (const [near, far] of [["from", "to"], ["to", "from"]]) {
    const open = [id];
    while (open.length > 0) {
      const current = open.pop();
      for (const edge of edges) {
        if (edge[near] !== current || found.has(edge[far])) continue;
        found.add(edge[far]);
        open.push(edge[far]);
      }
    }
  }
  return found;
}

export function graphView(root) {
  const place = element("div", { class: "graph", tabindex: "0", role: "region", "aria-label": "Graph" });
  const none = element("p", { class: "empty", text: "Nothing is declared yet." });
  root.append(element("div", { class: "section-head" }, element("h1", { class: "visually-hidden", text: "Graph" }), element("h2", {}, "What reads what", element("small", { text: "figures: rows per second that come, or come out" }))), none, place);
  let live = [];

  const light = (svg, edges, id) => {
    const lit = id === null ? new Set() : around(id, edges);
    svg.toggleAttribute("data-lit", id !== null);
    for (const part of live) {
      if (part.edge) for (const line of [part.line, part.flow]) line.classList.toggle("lit", lit.has(part.edge.from) && lit.has(part.edge.to));
      else part.group.classList.toggle("lit", lit.has(part.id));
    }
  };
  const draw = () => {
    const graph = graphOf(status.catalog);
    none.hidden = graph.nodes.size > 0;
    place.hidden = graph.nodes.size === 0;
    const drawing = drawn(graph);
    live = drawing.live;
    for (const { id, anchor } of live) {
      if (!anchor) continue;
      for (const event of ["mouseenter", "focus"]) anchor.addEventListener(event, () => light(drawing.svg, graph.edges, id));
      for (const event of ["mouseleave", "blur"]) anchor.addEventListener(event, () => light(drawing.svg, graph.edges, null));
    }
    place.replaceChildren(drawing.svg);
    show(graph);
  };
  const show = () => {
    const rates = new Map();
    for (const part of live) {
      if (!part.node) continue;
      const { state, rate: perSecond } = liveOf(part.node);
      rates.set(part.id, perSecond);
      setText(part.figure, perSecond === null ? "" : `${rate(perSecond)}/s`);
      part.group.dataset.tone = state ? tone(state) : "";
      const words = state?.replaceAll("_", " ");
      setText(part.title, `${part.node.detail} ${part.node.name}${state ? `, ${words}` : ""}`);
      // What is well needs no words.
      setText(part.kind, state && tone(state) !== "good" ? shortened(words, 19) : shortened(part.node.detail, 16));
    }
    for (const { edge, flow } of live.filter((part) => part.edge)) {
      const perSecond = rates.get(edge.from) ?? rates.get(edge.to) ?? 0;
      flow.setAttribute("stroke-width", perSecond > 0 ? String(Math.min(4, 1.2 + Math.log10(1 + perSecond) * 0.7)) : "0");
    }
  };
  status.addEventListener("catalog", draw);
  status.addEventListener("change", show);
  draw();
  return () => {
    status.removeEventListener("catalog", draw);
    status.removeEventListener("change", show);
  };
}
