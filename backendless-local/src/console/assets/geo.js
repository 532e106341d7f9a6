// Geo points on a plot.

import { get, post } from "./api.js";
import { card, el, empty, field, form, minorHeader, notify, numberHeader, svg, table } from "./dom.js";
import { count, parseJson } from "./format.js";
import { stringify } from "./json.js";

const MAX_ROWS = 200;

/** Number of points of the plot, and of names in the selection of categories: elements that a browser still draws at once. */
const [MAX_DRAWN, MAX_CATEGORIES] = [5000, 1000];

async function render(main, visit) {
  const category = el("select", { change: () => show() });
  const area = el("select", { change: () => show() }, el("option", { value: "all" }, "the world"), el("option", { value: "points" }, "the points"));
  const plot = el("div", {});
  const list = el("div", {});
  let points = [];
  const show = () => {
    const shown = points.filter((point) => category.value === "" || point.categories.includes(category.value));
    plot.replaceChildren(map(shown.slice(0, MAX_DRAWN), area.value === "all" ? [-180, -90, 180, 90] : bounds(shown), Math.max(280, plot.clientWidth)),
      shown.length > MAX_DRAWN ? el("p", { class: "muted below" }, `The first ${MAX_DRAWN} of ${shown.length} points.`) : "");
    list.replaceChildren(shown.length === 0 ? empty("No points.") : rows(shown));
  };
  const update = async () => {
    points = await get("geo");
    const names = [...new Set(points.flatMap((point) => point.categories))].sort().slice(0, MAX_CATEGORIES);
    const selected = category.value;
    category.replaceChildren(el("option", { value: "" }, "all"), ...names.map((name) => el("option", { value: name, selected: name === selected }, name)));
    show();
  };
  const number = (name, max) => el("input", { name, type: "number", step: "any", min: -max, max, required: true });
  const [latitude, longitude] = [number("latitude", 90), number("longitude", 180)];
  const metadata = el("input", { name: "metadata", placeholder: '{"name": "Paris"}', spellcheck: "false" });
  const categories = el("input", { name: "categories", placeholder: "cities, parks", autocomplete: "off", spellcheck: "false" });
  const save = async () => {
    const data = metadata.value.trim() === "" ? {} : parseJson(metadata.value, "The metadata");
    const names = categories.value.split(",").map((name) => name.trim()).filter((name) => name !== "");
    await post("geo", { latitude: Number(latitude.value), longitude: Number(longitude.value), metadata: data, categories: names });
    notify("The point was saved.");
    await update();
  };
  main.append(
    card(null, el("div", { class: "bar" }, field("Category", category), field("Area", area)), plot),
    card("New point", form(save, field("Latitude", latitude), field("Longitude", longitude),
      field("Categories, with commas", categories),
      field("Metadata, as JSON", metadata, { class: "field grow" }), el("button", { type: "submit", class: "primary" }, "Save"))),
    card("Points", list));
  await update();
  // The drawing is as wide as its place.
  visit.listen("resize", show);
}

/** The area around the points, in degrees: west, south, east, north. */
function bounds(points) {
  if (points.length === 0) {
    return [-180, -90, 180, 90];
  }
  const range = (degrees, max) => {
    // Not Math.min(...degrees): a call has no more than some ten thousand arguments.
    const low = degrees.reduce((least, value) => Math.min(least, value), max);
    const high = degrees.reduce((most, value) => Math.max(most, value), -max);
    const margin = Math.max((high - low) * 0.1, 0.5);
    return [Math.max(-max, low - margin), Math.min(max, high + margin)];
  };
  const [west, east] = range(points.map((point) => point.longitude), 180);
  const [south, north] = range(points.map((point) => point.latitude), 90);
  return [west, south, east, north];
}

/** Draws points by longitude and latitude, with lines of both. `width` is in pixels. */
function map(points, [west, south, east, north], width) {
  const height = Math.min(width / 2, 420);
  const x = (longitude) => (width * (longitude - west)) / (east - west);
  const y = (latitude) => (height * (north - latitude)) / (north - south);
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "plot", role: "img", "aria-label": count(points.length, "point") },
    svg("rect", { class: "sea", width, height }));
  const degrees = (value) => `${Number(value.toFixed(2))}°`;
  const columns = width < 500 ? 3 : 6;
  for (let part = 1; part < columns; part += 1) {
    const longitude = west + ((east - west) * part) / columns;
    drawing.append(svg("line", { class: "axis", x1: x(longitude), x2: x(longitude), y1: 0, y2: height }),
      svg("text", { x: x(longitude) + 4, y: height - 5 }, degrees(longitude)));
  }
  for (let part = 1; part < 4; part += 1) {
    const latitude = south + ((north - south) * part) / 4;
    drawing.append(svg("line", { class: "axis", x1: 0, x2: width, y1: y(latitude), y2: y(latitude) }),
      svg("text", { x: 4, y: y(latitude) - 4 }, degrees(latitude)));
  }
  for (const point of points) {
    const text = `${point.latitude}, ${point.longitude} ${stringify(point.metadata)}`;
    drawing.append(svg("circle", { class: "point", cx: x(point.longitude), cy: y(point.latitude), r: 5 }, svg("title", {}, text)));
  }
  return drawing;
}

function rows(points) {
  const shown = points.slice(0, MAX_ROWS);
  return el("div", {}, table("Points", [numberHeader("Latitude"), numberHeader("Longitude"), "Categories", "Metadata", minorHeader("objectId")], shown.map((point) => el("tr", {},
    el("td", { class: "right" }, String(point.latitude)), el("td", { class: "right" }, String(point.longitude)),
    el("td", {}, point.categories.join(", ")), el("td", {}, el("pre", {}, stringify(point.metadata))),
    el("td", { class: "minor nowrap" }, el("code", {}, point.objectId))))),
  points.length > MAX_ROWS ? el("p", { class: "muted" }, `The first ${MAX_ROWS} of ${points.length} points.`) : null);
}

export const page = { path: "geo", title: "Geo points", render };
