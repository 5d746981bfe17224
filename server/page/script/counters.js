import { RingBuffer } from "./ring_buffer.js";

/** Samples that a sparkline shows: two minutes, one a second. */
export const SAMPLES = 120;
const WINDOW_MILLISECONDS = 2500;

/** What a growing counter comes to per second, now and over the last two minutes. */
class Counter {
  constructor() {
    this.history = new RingBuffer(SAMPLES);
    this.seen = new RingBuffer(8);
    this.rate = null;
  }

  sample(value, now) {
    if (value === null || value === undefined) return;
    const before = this.seen.fromEnd(0);
    // A smaller one is another counter: the object was made anew.
    if (before && value < before.value) this.seen.clear();
    else if (before) this.history.push((value - before.value) * 1000 / Math.max(1, now - before.at));
    this.seen.push({ value, at: now });
    let oldest = this.seen.fromEnd(0);
    for (let index = 1; index < this.seen.size && now - this.seen.fromEnd(index).at <= WINDOW_MILLISECONDS; ++index)
      oldest = this.seen.fromEnd(index);
    this.rate = oldest.at === now ? this.rate : (value - oldest.value) * 1000 / (now - oldest.at);
  }
}

/** Counters by the name of what counts, and of the column. What is no longer sampled is forgotten. */
export class Counters {
  constructor() {
    this.of = new Map();
  }

  /** Takes rows of a system table. */
  sample(rows, nameColumn, columns, now) {
    const present = new Set();
    for (const row of rows) {
      const name = row[nameColumn];
      present.add(name);
      if (!this.of.has(name)) this.of.set(name, Object.fromEntries(columns.map((column) => [column, new Counter()])));
      for (const column of columns) this.of.get(name)[column].sample(Number(row[column] ?? 0), now);
    }
    for (const name of this.of.keys()) if (!present.has(name)) this.of.delete(name);
  }

  rate(name, column) { return this.of.get(name)?.[column].rate ?? null; }
  history(name, column) { return this.of.get(name)?.[column].history.toArray() ?? []; }

  /** The sum over all names. */
  total(column) {
    let sum = null;
    for (const counters of this.of.values()) if (counters[column].rate !== null) sum = (sum ?? 0) + counters[column].rate;
    return sum;
  }
}
