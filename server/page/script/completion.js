// What may be meant at a place of an SQL text.

import { quoted, relations } from "./relations.js";
import { KEYWORDS, tokens } from "./sql_tokens.js";

const MOST = 40;
const BEFORE_RELATION = new Set(["FROM", "JOIN", "INTO", "TO", "TABLE", "VIEW", "PIPELINE", "DESCRIBE", "UPDATE", "CREATE"]);

/** Names by which relations of the catalog are called in a text: alias or name, folded -> relation. */
function named(list, catalog) {
  const byName = new Map(relations(catalog).map((relation) => [relation.name.toLowerCase(), relation]));
  const found = new Map();
  for (let index = 0; index < list.length; ++index) {
    const whole = list[index + 1]?.text === "." ? `${list[index].text}.${list[index + 2]?.text ?? ""}` : list[index].text;
    const relation = byName.get(whole.replaceAll('"', "").toLowerCase());
    if (!relation || !["FROM", "JOIN", ",", "TO", "INTO"].includes(list[index - 1]?.text.toUpperCase())) continue;
    found.set(relation.name.toLowerCase(), relation);
    let next = index + (whole === list[index].text ? 1 : 3);
    if (list[next]?.text.toUpperCase() === "AS") ++next;
    if (list[next]?.kind === "word") found.set(list[next].text.toLowerCase(), relation);
  }
  return found;
}

/** { start, choices: [{text, kind, detail}] }: what may stand from start to place. */
export function completions(sql, place, catalog) {
  const all = tokens(sql);
  const at = all.find((token) => token.start < place && place <= token.end);
  if (at && ["comment", "string", "number"].includes(at.kind)) return { start: place, choices: [] };
  const isWord = at && ["word", "keyword", "quoted"].includes(at.kind);
  const start = isWord ? at.start : place;
  const typed = sql.slice(start, place).replaceAll('"', "").toLowerCase();
  const meaningful = all.filter((token) => !["space", "comment"].includes(token.kind));
  const before = meaningful.filter((token) => token.end <= start);
  const last = before.at(-1)?.text.toUpperCase() ?? "";
  const known = named(meaningful, catalog);

  const choices = [];
  const seen = new Set();
  const add = (text, kind, detail = "") => {
    const wanted = text.toLowerCase();
    if (seen.has(`${kind} ${wanted}`) || !(wanted.startsWith(typed) || typed.length >= 3 && wanted.includes(typed)) || wanted === typed && kind === "keyword") return;
    seen.add(`${kind} ${wanted}`);
    choices.push({ text: kind === "keyword" || kind === "function" ? text : quoted(text), kind, detail, first: wanted.startsWith(typed) });
  };
  if (last === ".") {
    const owner = before.at(-2)?.text.replaceAll('"', "").toLowerCase() ?? "";
    for (const column of known.get(owner)?.columns ?? []) add(column.name, "column", column.type);
    if (owner === "system") for (const table of relations(catalog)) if (table.name.startsWith("system.")) add(table.name.slice(7), "system table");
  } else if (last === "AS") {
    // A name of one's own.
  } else if (BEFORE_RELATION.has(last)) {
    for (const relation of relations(catalog)) add(relation.name, relation.kind);
    if (last !== "FROM" && last !== "JOIN") for (const connection of catalog.connections) add(connection.name, "connection", connection.connector);
    for (const keyword of KEYWORDS) if (typed !== "") add(keyword, "keyword");
  } else {
    for (const relation of new Set(known.values())) for (const column of relation.columns ?? []) add(column.name, "column", column.type);
    for (const [name, relation] of known) if (name !== relation.name.toLowerCase()) add(name, "alias", relation.name);
    if (typed !== "") {
      for (const keyword of KEYWORDS) add(keyword, "keyword");
      for (const name of catalog.functions ?? []) add(name, "function");
      for (const relation of relations(catalog)) add(relation.name, relation.kind);
    }
  }
  choices.sort((left, right) => Number(right.first) - Number(left.first));
  return { start, choices: choices.slice(0, MOST) };
}
