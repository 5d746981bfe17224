import uPlot from "/uplot/uPlot.js";

import { element } from "./dom.js";

const COLORS = 8;
const MINUTE = 60;

/** Times along the axis, in UTC: with seconds where these differ. */
const timeTexts = (plot, times, axis, space, step) => times.map((seconds) => new Date(seconds * 1000).toISOString().slice(11, step < MINUTE ? 19 : 16));

/** A value at the cursor, or the last one before it. */
function valueText(plot, value, series, place) {
  for (let index = place; value === null && index > 0; --index) value = plot.data[series][index - 1];
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(10)));
}

/** A chart of uPlot in the colours of the page, as wide as its place. */
export class Chart {
  constructor() {
    this.node = element("figure", { class: "chart", role: "img", "aria-label": "Chart" });
    this.names = null;
    this.plot = null;
    this.data = [[]];
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(this.node);
    this.recolor = () => this.rebuild();
    window.addEventListener("themechange", this.recolor);
  }

  /** names of series, and their columns as TimeSeries gives them. */
  show(names, data) {
    this.data = data;
    if (names.join("\n") !== this.names?.join("\n")) {
      this.names = names;
      this.rebuild();
    } else this.plot?.setData(data);
    if (this.plot && this.plot.cursor.idx === null) this.plot.setLegend({ idx: data[0].length - 1 });
    const latest = names.map((name, index) => `${name}: ${data[index + 1]?.findLast((value) => value !== null) ?? "none"}`);
    this.node.setAttribute("aria-label", `Chart. Latest values: ${latest.slice(0, COLORS).join(", ")}`);
  }

  size() {
    const top = this.node.getBoundingClientRect().top + window.scrollY;
    return { width: Math.max(200, this.node.clientWidth), height: Math.max(240, Math.min(560, window.innerHeight - top - 120)) };
  }

  /** The colour that a variable of the style sheet comes to now. */
  color(variable) {
    const probe = element("span");
    probe.style.color = `var(${variable})`;
    this.node.append(probe);
    const color = getComputedStyle(probe).color;
    probe.remove();
    return color;
  }

  rebuild() {
    this.plot?.destroy();
    this.plot = null;
    if (!this.names) return;
    const axis = { stroke: this.color("--faint"), font: "11px system-ui, sans-serif", grid: { stroke: this.color("--line"), width: 1 }, ticks: { stroke: this.color("--line"), width: 1 } };
    const series = this.names.map((name, index) => ({ label: name, stroke: this.color(`--series-${index % COLORS + 1}`), width: 1.5, value: valueText,
      dash: index < COLORS ? undefined : [6, 3], spanGaps: true, points: { show: false } }));
    this.plot = new uPlot({ ...this.size(), series: [{ label: "UTC", value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}" }, ...series], axes: [{ ...axis, values: timeTexts }, { ...axis, size: 64 }],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"), cursor: { y: false, drag: { setScale: false } } }, this.data, this.node);
  }

  resize() {
    this.plot?.setSize(this.size());
  }

  close() {
    this.resizes.disconnect();
    window.removeEventListener("themechange", this.recolor);
    this.plot?.destroy();
  }
}
