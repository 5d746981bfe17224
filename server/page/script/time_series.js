/** Values of several series over a window of time, in buckets: however many rows come, it holds buckets * series numbers. */
export class TimeSeries {
  constructor({ windowSeconds, buckets, mostSeries, summary }) {
    this.bucketMilliseconds = windowSeconds * 1000 / buckets;
    this.buckets = buckets;
    this.mostSeries = mostSeries;
    this.summary = summary;
    this.series = new Map();
    this.leftOut = new Set();
    this.newest = null;
  }

  /** Whether there was room for it. */
  add(name, at, value) {
    const bucket = Math.floor(at / this.bucketMilliseconds);
    if (!Number.isFinite(bucket) || !Number.isFinite(value)) return false;
    if (this.newest !== null && bucket <= this.newest - this.buckets) return false;
    let cells = this.series.get(name);
    if (!cells) {
      if (this.series.size >= this.mostSeries) {
        if (this.leftOut.size < 1000) this.leftOut.add(name);
        return false;
      }
      this.series.set(name, cells = Array.from({ length: this.buckets }, () => ({ bucket: -1, number: 0, total: 0, least: 0, most: 0, last: 0 })));
    }
    const cell = cells[((bucket % this.buckets) + this.buckets) % this.buckets];
    if (cell.bucket !== bucket) Object.assign(cell, { bucket, number: 0, total: 0, least: value, most: value });
    cell.number += 1;
    cell.total += value;
    cell.least = Math.min(cell.least, value);
    cell.most = Math.max(cell.most, value);
    cell.last = value;
    if (this.newest === null || bucket > this.newest) this.newest = bucket;
    return true;
  }

  valueOf(cell) {
    switch (this.summary) {
      case "mean": return cell.total / cell.number;
      case "least": return cell.least;
      case "most": return cell.most;
      case "sum": return cell.total;
      case "count": return cell.number;
      default: return cell.last;
    }
  }

  /** [seconds, values of the first series, ...] as uPlot takes them; null where nothing came. */
  columns() {
    if (this.newest === null) return [[]];
    const first = this.newest - this.buckets + 1;
    const times = Array.from({ length: this.buckets }, (_, index) => (first + index) * this.bucketMilliseconds / 1000);
    return [times, ...[...this.series.values()].map((cells) => times.map((_, index) => {
      const bucket = first + index;
      const cell = cells[((bucket % this.buckets) + this.buckets) % this.buckets];
      return cell.bucket === bucket ? this.valueOf(cell) : null;
    }))];
  }
}
