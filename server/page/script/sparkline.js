import { element } from "./dom.js";
import { rate } from "./format.js";

/** What a line is drawn over at least, so that a few samples are no wall. */
const LEAST_SAMPLES = 30;

/** A small line of the last two minutes; its colour is that of its text. */
export class Sparkline {
  constructor(what) {
    this.what = what;
    this.node = element("canvas", { class: "spark", role: "img", "aria-label": what });
    this.drawn = "";
  }

  show(values) {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.node.clientWidth * ratio);
    const height = Math.round(this.node.clientHeight * ratio);
    if (width === 0) return;
    const color = getComputedStyle(this.node).color;
    const drawn = `${width} ${height} ${color} ${values.length} ${values.at(-1)} ${values[0]}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    // Setting the size clears it.
    this.node.width = width;
    this.node.height = height;
    const most = Math.max(...values, 0);
    this.node.setAttribute("aria-label", `${this.what}, last two minutes: now ${rate(values.at(-1) ?? 0)} per second, at most ${rate(most)}`);
    const context = this.node.getContext("2d");
    const span = Math.max(LEAST_SAMPLES, values.length) - 1;
    const x = (index) => width - 2.5 * ratio - (values.length - 1 - index) * (width - 4 * ratio) / span;
    const y = (value) => height - 1.5 * ratio - (most === 0 ? 0 : value / most * (height - 4 * ratio));
    context.strokeStyle = color;
    context.fillStyle = color;
    context.globalAlpha = most === 0 ? 0.35 : 1;
    if (values.length > 1) {
      context.beginPath();
      values.forEach((value, index) => (index === 0 ? context.moveTo(x(index), y(value)) : context.lineTo(x(index), y(value))));
      context.lineWidth = 1.25 * ratio;
      context.lineJoin = "round";
      context.stroke();
      context.lineTo(x(values.length - 1), height);
      context.lineTo(x(0), height);
      context.globalAlpha *= 0.12;
      context.fill();
      context.globalAlpha = most === 0 ? 0.35 : 1;
    }
    if (values.length > 0) {
      context.beginPath();
      context.arc(x(values.length - 1), y(values.at(-1)), 1.6 * ratio, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** A column of sparklines. */
export function sparklineColumn(title, what, values, options = {}) {
  const sparklines = new WeakMap();
  return {
    title, ...options,
    make: (cell, row) => {
      const sparkline = new Sparkline(what(row));
      sparklines.set(cell, sparkline);
      cell.append(sparkline.node);
    },
    show: (cell, row) => sparklines.get(cell).show(values(row)),
  };
}
