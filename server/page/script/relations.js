// What can be read, from the catalog.

/** A name as SQL has it: in quotes where it must be. */
export function quoted(name) {
  return name.split(".").length === 2 && name.startsWith("system.") ? name : /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL has it. */
export function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}

/** [{name, kind, columns, flows}]: flows tells whether rows of it can be subscribed to. */
export function relations(catalog) {
  const streams = new Set(catalog.tables.filter((table) => table.connection).map((table) => table.name));
  for (const pipeline of catalog.pipelines) streams.add(pipeline.name);
  return [
    ...catalog.tables.map((table) => ({ ...table, kind: "table", flows: streams.has(table.name) })),
    ...catalog.views.map((view) => ({ ...view, kind: "view", flows: true })),
    ...catalog.pipelines.map((pipeline) => ({ ...pipeline, kind: "pipeline", flows: true })),
    ...(catalog.system_tables ?? []).map((table) => ({ ...table, name: table.name.startsWith("system.") ? table.name : `system.${table.name}`, kind: "system table", flows: false })),
  ];
}
