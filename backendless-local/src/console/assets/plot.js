// The plot of requests per minute.

import { svg } from "./dom.js";

const [HEIGHT, LEFT, BOTTOM, TOP] = [200, 44, 24, 14];

/** Returns a plot of the history of requests, as wide as its place, with a line at the busiest minute. */
export function usagePlot(usage, place) {
  const width = Math.max(280, place.clientWidth);
  const { history, historyPoints: slots, stepSeconds, busiest } = usage;
  const max = Math.max(busiest, 10);
  const x = (index) => LEFT + ((width - LEFT) * (slots - history.length + index)) / (slots - 1);
  const y = (count) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * count) / max;
  const points = history.map((count, index) => `${x(index).toFixed(1)},${y(count).toFixed(1)}`);
  const label = `Requests per minute: ${usage.current} now, ${busiest} in the busiest minute`;
  const plot = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, class: "plot", role: "img", "aria-label": label });
  for (const part of [0, 0.5, 1]) {
    const count = Math.round(max * part);
    plot.append(
      svg("line", { class: "axis", x1: LEFT, x2: width, y1: y(count), y2: y(count) }),
      svg("text", { x: LEFT - 6, y: y(count) + 4, "text-anchor": "end" }, String(count)),
    );
  }
  const minutes = (slots * stepSeconds) / 60;
  for (const back of [minutes, minutes * (2 / 3), minutes / 3, 0]) {
    const at = LEFT + (width - LEFT) * (1 - back / minutes);
    const anchor = back === 0 ? "end" : back === minutes ? "start" : "middle";
    plot.append(svg("text", { x: at, y: HEIGHT - 6, "text-anchor": anchor }, back === 0 ? "now" : `-${back} min`));
  }
  if (points.length > 1) {
    const base = y(0);
    plot.append(
      svg("polygon", { class: "area", points: `${x(0)},${base} ${points.join(" ")} ${width},${base}` }),
      svg("polyline", { class: "curve", points: points.join(" ") }),
    );
  }
  if (busiest > 0) {
    plot.append(
      svg("line", { class: "peak", x1: LEFT, x2: width, y1: y(busiest), y2: y(busiest) }),
      svg("text", { class: "peak-text", x: LEFT + 6, y: y(busiest) + 13 }, `busiest minute: ${busiest}`),
    );
  }
  return plot;
}
