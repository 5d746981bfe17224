// Where the nodes of a directed graph are drawn: in layers from left to right, with few crossings.

const SWEEPS = 6;

/** Edges that close a circle are left out. */
function withoutCircles(ids, edges) {
  const next = Map.groupBy(edges, (edge) => edge.from);
  const state = new Map();
  const kept = [];
  const visit = (id) => {
    state.set(id, "open");
    for (const edge of next.get(id) ?? []) {
      if (state.get(edge.to) === "open") continue;
      kept.push(edge);
      if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(id, "done");
  };
  for (const id of ids) if (!state.has(id)) visit(id);
  return kept;
}

/** The longest way to each node. */
function layersOf(ids, edges) {
  const layer = new Map(ids.map((id) => [id, 0]));
  for (let round = 0, moved = true; moved && round <= ids.length; ++round) {
    moved = false;
    for (const { from, to } of edges) {
      if (layer.get(to) > layer.get(from)) continue;
      layer.set(to, layer.get(from) + 1);
      moved = true;
    }
  }
  // What nothing leads to stands next to what it leads to.
  for (const id of ids) {
    const targets = edges.filter((edge) => edge.from === id).map((edge) => layer.get(edge.to));
    if (targets.length > 0 && !edges.some((edge) => edge.to === id)) layer.set(id, Math.min(...targets) - 1);
  }
  return layer;
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** nodes: ids; edges: [{from, to}]. Returns { places: Map of id -> {x, y} (the corner), ways: [{edge, points: [{x, y}]}], width, height }. */
export function layout(ids, edges, { width, height, gapX, gapY }) {
  const kept = withoutCircles(ids, edges);
  const layer = layersOf(ids, kept);
  const rows = [];
  const neighbours = new Map(ids.map((id) => [id, { before: [], after: [] }]));
  for (const id of ids) (rows[layer.get(id)] ??= []).push(id);
  // A way over several layers has a place in each, so that it goes between nodes and not through them.
  const ways = kept.map((edge, number) => {
    const stops = [edge.from];
    for (let between = layer.get(edge.from) + 1; between < layer.get(edge.to); ++between) {
      const stop = `way ${number} ${between}`;
      rows[between].push(stop);
      neighbours.set(stop, { before: [], after: [] });
      stops.push(stop);
    }
    stops.push(edge.to);
    for (let index = 0; index + 1 < stops.length; ++index) {
      neighbours.get(stops[index]).after.push(stops[index + 1]);
      neighbours.get(stops[index + 1]).before.push(stops[index]);
    }
    return { edge, stops };
  });
  const step = height + gapY;
  const size = (id) => (layer.has(id) ? step : step / 2);
  const y = new Map();
  for (const row of rows) row.reduce((at, id) => (y.set(id, at), at + size(id)), 0);
  for (let sweep = 0; sweep < SWEEPS; ++sweep) {
    const forwards = sweep % 2 === 0;
    for (const row of forwards ? rows : rows.toReversed()) {
      const wanted = new Map(row.map((id) => {
        const { before, after } = neighbours.get(id);
        const near = forwards ? before : after;
        return [id, near.length > 0 ? mean(near.map((other) => y.get(other) + size(other) / 2)) - size(id) / 2 : y.get(id)];
      }));
      row.sort((left, right) => wanted.get(left) - wanted.get(right));
      let at = -Infinity;
      for (const id of row) {
        at = Math.max(at, wanted.get(id));
        y.set(id, at);
        at += size(id);
      }
      // What had to move down moves the whole back to where it is wanted, on the average.
      const shift = mean(row.map((id) => wanted.get(id) - y.get(id)));
      for (const id of row) y.set(id, y.get(id) + shift);
    }
  }
  const top = Math.min(0, ...y.values());
  const lowest = Math.min(...y.values());
  const placeOf = (id) => ({ x: (layer.get(id) ?? Number(id.split(" ").at(-1))) * (width + gapX), y: y.get(id) - (Number.isFinite(lowest) ? lowest : top) });
  return {
    places: new Map(ids.map((id) => [id, placeOf(id)])),
    ways: ways.map(({ edge, stops }) => ({ edge, points: stops.flatMap((stop, index) => {
      const { x, y: at } = placeOf(stop);
      if (!layer.has(stop)) return [{ x, y: at + size(stop) / 2 - gapY / 4 }, { x: x + width, y: at + size(stop) / 2 - gapY / 4 }];
      return [{ x: index === 0 ? x + width : x, y: at + height / 2 }];
    }) })),
    width: Math.max(0, rows.length * (width + gapX) - gapX),
    height: Math.max(0, ...ids.map((id) => placeOf(id).y + height)),
  };
}
