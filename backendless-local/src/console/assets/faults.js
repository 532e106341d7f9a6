// Faults that the server injects into requests of clients.

import { get, put } from "./api.js";
import { card, el, notify, numberHeader, run, table } from "./dom.js";

/** What each fault does. */
const TEXTS = {
  "reset before": "The connection is reset before the operation is executed.",
  "reset after": "The operation is executed, and the connection is reset instead of a response.",
  "response cut off": "The operation is executed, and the response ends in the middle.",
  503: "Status 503 with an HTML page. The operation is not executed.",
  429: "Status 429 with the code 999. The operation is not executed.",
};

/** The share of requests that get a fault when it is switched on. */
const DEFAULT_RATE = 0.1;

async function render(main, visit) {
  const list = el("div", {});
  let isEditing = false;
  const set = (name, rate, element) => run(async () => {
    await put("faults", {}, { name, rate });
    isEditing = false;
    await update();
  }, element);
  const update = async () => {
    const faults = await get("faults");
    if (!isEditing) {
      const focused = document.activeElement?.dataset?.key;
      list.replaceChildren(table("Faults", ["On", "Fault", "Share", el("th", { scope: "col", class: "right minor" }, "Injected")], faults.map((fault) => row(fault))));
      if (focused) {
        list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
      }
    }
  };
  const row = ({ name, rate, count }) => {
    const toggle = el("input", {
      type: "checkbox", role: "switch", class: "switch", checked: rate > 0, "aria-label": name, "data-key": `on ${name}`,
      change: async () => {
        if (!await set(name, toggle.checked ? DEFAULT_RATE : 0, toggle)) {
          toggle.checked = !toggle.checked;
        }
      },
    });
    const share = el("input", {
      type: "number", min: 0, max: 1, step: "any", value: rate, "aria-label": `Share of requests with ${name}`, "data-key": `share ${name}`,
      input: () => { isEditing = true; },
      blur: () => { isEditing = false; },
      change: () => set(name, share.value, share),
    });
    return el("tr", {}, el("td", {}, toggle),
      el("td", { class: "text" }, name, el("div", { class: "muted" }, TEXTS[name] ?? "The operation is executed after the delay.")),
      el("td", {}, share), el("td", { class: "right minor" }, String(count)));
  };
  const allOff = async () => {
    for (const { name } of await get("faults")) {
      await put("faults", {}, { name, rate: 0 });
    }
    notify("All faults are off.");
    await update();
  };
  main.append(card(null,
    el("p", {}, "The share of the requests that get a fault is a number from 0 to 1: 0.1 is one request in ten. The sum of all is at most 1. The console itself gets no faults."),
    list, el("p", {}), el("div", { class: "buttons" }, el("button", { type: "button", click: (event) => run(allOff, event.target) }, "Switch all off"))));
  await visit.every(2000, update, list);
}

export const page = { path: "faults", title: "Faults", render };
