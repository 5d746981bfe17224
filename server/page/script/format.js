// Values as text.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 1234567 as "1,234,567". */
export function count(value) {
  return value === null || value === undefined ? "" : whole.format(value);
}

/** A rate, to three digits: "0", "0.4", "12.3", "1,240", "12.4 k". */
export function rate(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (value === 0) return "0";
  if (value < 0.1) return "<0.1";
  if (value < 99.95) return value.toFixed(1);
  if (value < 10000) return whole.format(value);
  if (value < 1e6) return `${(value / 1e3).toFixed(value < 1e5 ? 1 : 0)} k`;
  return `${(value / 1e6).toFixed(1)} M`;
}

/** "12 B", "4.1 KiB", "310 MiB". */
export function bytes(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit += 1; }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Milliseconds: "12 ms", "3.4 s", "5 min", "3 h", "2 d". */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "";
  if (milliseconds < 0) return `-${duration(-milliseconds)}`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60000) return `${(milliseconds / 1000).toFixed(milliseconds < 10000 ? 1 : 0)} s`;
  if (milliseconds < 3600000) return `${Math.floor(milliseconds / 60000)} min ${Math.floor((milliseconds % 60000) / 1000)} s`;
  if (milliseconds < 86400000) return `${Math.floor(milliseconds / 3600000)} h ${Math.floor((milliseconds % 3600000) / 60000)} min`;
  return `${Math.floor(milliseconds / 86400000)} d ${Math.floor((milliseconds % 86400000) / 3600000)} h`;
}

/** A timestamp of the server, which is UTC without saying so, as milliseconds since 1970. NaN for what is none. */
export function milliseconds(timestamp) {
  if (typeof timestamp !== "string") return NaN;
  const text = timestamp.replace(" ", "T").replace(/(\.\d{3})\d+/, "$1");
  return Date.parse(/(Z|[+-]\d\d(:?\d\d)?)$/.test(text) ? text : `${text}Z`);
}

/** The time of day of a timestamp, with milliseconds, in UTC. */
export function timeOfDay(timestamp) {
  const at = milliseconds(timestamp);
  return Number.isNaN(at) ? "" : new Date(at).toISOString().slice(11, 23);
}

/** A value of a row. */
export function cell(value) {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A value on one line, of a length that a cell can show. */
export function shortCell(value) {
  const text = cell(value);
  return (text.length > 300 ? `${text.slice(0, 300)}…` : text).replace(/[\n\r\t]/g, " ");
}

/** Whether values of a type are numbers. */
export function isNumeric(type) {
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|REAL|FLOAT|DECIMAL|NUMERIC)\b/i.test(type);
}

/** Whether values of a type are moments in time. */
export function isTime(type) {
  return /^(TIMESTAMP|DATE|DATETIME)/i.test(type);
}
