// SQL as tokens, for colours, completion and the ends of statements.

export const KEYWORDS = new Set(`ALL ALTER AND ANY AS ASC ASOF BETWEEN BIGINT BLOB BOOLEAN BY CASCADE CASE CAST COLUMN CONNECTION CONNECTOR CONNECTORS CONNECTIONS
CREATE CROSS CURRENT CURRENT_TIMESTAMP DATE DAY DECIMAL DEFAULT DELETE DESC DESCRIBE DISTINCT DOUBLE DROP ELSE END EXCEPT EXISTS EXPLAIN FALSE FILTER FOLLOWING FOR FROM FULL
FUNCTION FUNCTIONS GROUP HAVING HOP HOUR IF ILIKE IN INNER INSERT INTEGER INTERSECT INTERVAL INTO IS JOIN JSON LEFT LIKE LIMIT MINUTE MONTH NATURAL NOT NULL NULLS
OFFSET ON OR ORDER OUTER OVER PARTITION PAUSE PIPELINE PIPELINES PRECEDING PRIMARY QUALIFY RANGE REPLACE RESUME RIGHT ROW ROWS SECOND SELECT SESSION SET SETTINGS SHOW
SMALLINT STRUCT SUBSCRIBE TABLE TABLES TEXT THEN TIME TIMEOUT TIMESTAMP TO TRUE TUMBLE UNBOUNDED UNION UNIQUE UPDATE USING VALUES VARCHAR VIEW VIEWS WAIT WATERMARK WHEN WHERE WINDOW WITH`.split(/\s+/));

const PATTERN = /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>[eE]?'(?:[^']|'')*(?:'|$))|(?<quoted>"(?:[^"]|"")*(?:"|$))|(?<number>\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<space>\s+)|(?<sign>[\s\S])/gu;

/** [{kind, start, end, text}], whole: no character is left out. kind is comment, string, quoted, number, keyword, word, space or sign. */
export function tokens(sql) {
  let before = "";
  return Array.from(sql.matchAll(PATTERN), (match) => {
    const text = match[0];
    let kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    // What follows a point is the name of something, whatever it is.
    if (kind === "word" && before !== "." && KEYWORDS.has(text.toUpperCase())) kind = "keyword";
    before = text;
    return { kind, start: match.index, end: match.index + text.length, text };
  });
}

/** The statement at a place of a text: { text, start }, without what is around it. */
export function statementAt(sql, place) {
  let start = 0;
  let best = null;
  const consider = (end) => {
    const part = sql.slice(start, end);
    const text = part.trim();
    if (text !== "" && (best === null || start <= place)) best = { text, start: start + part.indexOf(text) };
  };
  for (const token of tokens(sql)) {
    if (token.text !== ";" || token.kind !== "sign") continue;
    consider(token.start);
    start = token.end;
  }
  consider(sql.length);
  return best;
}

/** The offset of a line and a column (both from 1, columns in characters) in a text. */
export function offsetOf(text, line, column) {
  let start = 0;
  for (let passed = 1; passed < line; ++passed) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf("\n", start);
  const characters = Array.from(text.slice(start, end < 0 ? text.length : end));
  return start + characters.slice(0, column - 1).join("").length;
}

/** Where a finding about a text is: { start, end }, at least a character long, or null when it says no place. */
export function placeOf(text, finding) {
  if (!finding.line || !finding.column) return null;
  const start = Math.min(offsetOf(text, finding.line, finding.column), Math.max(0, text.length - 1));
  const endColumn = finding.end_column ?? finding.endColumn;
  const end = endColumn ? offsetOf(text, finding.end_line ?? finding.line, endColumn) : start + 1;
  return { start, end: Math.min(text.length, Math.max(end, start + 1)) };
}
