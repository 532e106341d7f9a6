// Cache values with their remaining time to live, and counters.

import { get, put, remove } from "./api.js";
import { button, card, dialog, el, empty, field, form, numberHeader, replace, table } from "./dom.js";
import { duration, parseLoose, value } from "./format.js";
import { stringify } from "./json.js";

async function render(main, visit) {
  const cache = el("div", {});
  const counters = el("div", {});
  const cells = new Map();
  let [entries, total] = [[], 0];
  // The remaining life changes all the time, the rest rarely.
  const loadCache = async () => {
    ({ entries, count: total } = await get("cache"));
    for (const { key, remainingMillis } of entries) {
      cells.get(key)?.replaceChildren(duration(remainingMillis));
    }
    return [total, entries.map((entry) => [entry.key, entry.value])];
  };
  const showCache = () => {
    cells.clear();
    const rows = entries.map((entry) => cacheRow(entry, cells, updateCache));
    replace(cache, rows.length === 0 ? empty("No values.") : table("Cache values", ["Key", "Value", "Time to live", "Actions"], rows),
      total > entries.length ? el("p", { class: "muted below" }, `The first ${entries.length} of ${total} values.`) : "");
  };
  const updateCache = async () => {
    await loadCache();
    showCache();
  };
  const loadCounters = () => get("counters");
  const showCounters = (all) => replace(counters, all.length === 0 ? empty("No counters.")
    : table("Counters", ["Name", numberHeader("Value"), "Actions"], all.map((entry) => counterRow(entry, updateCounters))));
  const updateCounters = async () => showCounters(await loadCounters());
  const name = el("input", { required: true, autocomplete: "off" });
  const start = el("input", { required: true, pattern: "-?[0-9]+", value: "0", inputmode: "numeric" });
  const setCounter = async () => {
    await put("counters", {}, { name: name.value, value: start.value });
    await updateCounters();
  };
  main.append(
    card("Cache", cache, el("p", {}), button("New value", () => editValue({}, updateCache), { class: "small" })),
    card("Counters", counters, el("p", {}),
      form(setCounter, field("Name", name), field("Value", start), el("button", { type: "submit" }, "Set counter"))));
  await visit.poll(1000, loadCache, showCache, cache);
  await visit.poll(3000, loadCounters, showCounters, counters);
}

function cacheRow(entry, cells, update) {
  const remaining = el("td", { class: "nowrap when" }, duration(entry.remainingMillis));
  cells.set(entry.key, remaining);
  const erase = async () => {
    await remove("cache", { key: entry.key });
    await update();
  };
  return el("tr", { "data-key": entry.key },
    el("td", { class: "key" }, el("code", {}, entry.key)),
    el("td", {}, el("pre", {}, value(entry.value))),
    remaining,
    el("td", {}, el("div", { class: "buttons" },
      button("Edit", () => editValue(entry, update), { class: "small", "aria-label": `Edit ${entry.key}` }),
      button("Delete", erase, { class: "small danger", "aria-label": `Delete ${entry.key}` }))));
}

function editValue(entry, update) {
  const key = el("input", { required: true, autocomplete: "off", value: entry.key ?? "", readonly: entry.key !== undefined });
  const content = el("textarea", { spellcheck: "false" });
  content.value = entry.value === undefined ? "" : stringify(entry.value, 2);
  const seconds = el("input", { type: "number", min: 1, max: 7200, required: true, value: Math.max(1, Math.round(Number(entry.remainingMillis ?? 3_600_000) / 1000)) });
  const fields = [field("Key", key), field("Value, as JSON or text", content), field("Time to live, in seconds", seconds)];
  dialog(entry.key === undefined ? "New cache value" : "Edit cache value", fields, "Save", async () => {
    await put("cache", { key: key.value, value: parseLoose(content.value), seconds: Number(seconds.value) });
    await update();
  });
}

function counterRow(entry, update) {
  const set = (number) => async () => {
    await put("counters", {}, { name: entry.name, value: String(number) });
    await update();
  };
  const next = () => BigInt(entry.value) + 1n;
  return el("tr", { "data-counter": entry.name },
    el("td", {}, el("code", {}, entry.name)),
    el("td", { class: "right" }, entry.value),
    el("td", {}, el("div", { class: "buttons" },
      button("Add 1", () => set(next())(), { class: "small", "aria-label": `Add 1 to ${entry.name}` }),
      button("Set to 0", set(0), { class: "small", "aria-label": `Set ${entry.name} to 0` }))));
}

export const page = { path: "values", title: "Cache and counters", render };
