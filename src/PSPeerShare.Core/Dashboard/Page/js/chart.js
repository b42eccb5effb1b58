// The rates of the last minutes.

import { h, svg, setText } from "./dom.js";
import { rate } from "./format.js";

const WIDTH = 600;
const HEIGHT = 100;
const SPAN = 300000;

export class RateChart {
  constructor() {
    this.paths = {};
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    for (const y of [0.5, HEIGHT / 2, HEIGHT - 0.5]) picture.append(svg("line", { class: "grid", x1: 0, x2: WIDTH, y1: y, y2: y }));
    for (const kind of ["in", "out"]) {
      this.paths[kind] = { area: svg("path", { class: `area ${kind}` }), line: svg("path", { class: `line ${kind}` }) };
      picture.append(this.paths[kind].area, this.paths[kind].line);
    }
    this.scale = h("span", { class: "scale" });
    this.element = h("figure", { class: "chart" }, picture, this.scale, h("span", { class: "time" }, "5 min ago"), h("span", { class: "time now" }, "now"));
    this.element.setAttribute("role", "img");
  }

  draw(points) {
    // A line that stays on the ground looks the same a second later.
    const isFlat = points.length > 1 && points.every((p) => p.sent === 0 && p.received === 0);
    if (isFlat && this.wasFlat) return;
    this.wasFlat = isFlat;
    const now = points.length > 0 ? points[points.length - 1].time : Date.now();
    const most = Math.max(1024, ...points.map((p) => Math.max(p.sent, p.received)));
    const top = nice(most);
    setText(this.scale, rate(top));
    this.element.setAttribute("aria-label", `Rates of the last five minutes, at most ${rate(most)}.`);
    const x = (p) => WIDTH - ((now - p.time) / SPAN) * WIDTH;
    const y = (value) => HEIGHT - 1 - (value / top) * (HEIGHT - 4);
    for (const [kind, field] of [["in", "received"], ["out", "sent"]]) {
      const line = points.map((p, i) => `${i === 0 ? "M" : "L"}${isFlat && i === 0 ? 0 : x(p).toFixed(1)} ${y(p[field]).toFixed(1)}`).join("");
      this.paths[kind].line.setAttribute("d", line);
      this.paths[kind].area.setAttribute("d", points.length > 1 ? `${line}L${WIDTH} ${HEIGHT}L${isFlat ? 0 : x(points[0]).toFixed(1)} ${HEIGHT}Z` : "");
    }
  }
}

function nice(value) {
  const unit = 2 ** (10 * Math.floor(Math.log2(value) / 10));
  for (const step of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1024]) {
    if (value <= step * unit) return step * unit;
  }
  return value;
}
