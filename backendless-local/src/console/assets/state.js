// The clock of the server, and its data as a whole.

import { download, get, post, upload } from "./api.js";
import { ask, button, card, el, field, form, notify, saveAs } from "./dom.js";
import { duration, time } from "./format.js";

const STEPS = [["1 minute", 60], ["1 hour", 3600], ["1 day", 86_400]];

async function render(main, visit) {
  main.append(clockCard(visit), transferCard(), resetCard());
}

function clockCard(visit) {
  const now = el("p", { id: "clock" });
  const seconds = el("input", { type: "number", min: 1, step: 1, required: true, value: 60 });
  const update = async () => {
    const usage = await get("usage");
    const advanced = usage.advancedMillis > 0 ? `, advanced by ${duration(usage.advancedMillis)}` : "";
    now.textContent = `${time(usage.now)}${advanced}`;
  };
  const advance = async (by) => {
    await post("clock", {}, { seconds: by });
    notify(`The clock was advanced by ${duration(by * 1000)}.`);
    await update();
  };
  visit.every(1000, update, now);
  return card("Clock",
    el("p", { class: "muted" }, "Sessions, cache values and messages expire by this clock. It can only be advanced."),
    now,
    el("div", { class: "bar" }, STEPS.map(([text, by]) => button(`Advance by ${text}`, () => advance(by)))),
    form(() => advance(Number(seconds.value)), field("Seconds", seconds), el("button", { type: "submit" }, "Advance")));
}

function transferCard() {
  const file = el("input", { type: "file", accept: ".tar", id: "import", "aria-label": "File to import" });
  const save = async () => {
    const { bytes } = await download("state/export");
    saveAs(bytes, "backendless-state.tar");
    notify("The data was exported.");
  };
  const load = async () => {
    const [chosen] = file.files;
    if (chosen === undefined) {
      throw new Error("Choose the file of an export first.");
    }
    ask("Import", `Replace all data of the server by that of ${chosen.name}?`, "Replace all data", async () => {
      await upload("state/import", {}, chosen);
      file.value = "";
      notify("The data was imported.");
    });
  };
  return card("Export and import",
    el("p", { class: "muted" }, "A tar archive of the folder that ", el("code", {}, "backendless-local export"), " writes and ",
      el("code", {}, "--import"), " reads: rows as JSON lines, and files. Keep it secret if the data is: it has the hashes of passwords."),
    el("div", { class: "bar" }, button("Export", save, { class: "primary" })),
    el("div", { class: "bar" }, file, button("Import", load)));
}

function resetCard() {
  const reset = () => ask("Delete all data", "Delete all tables, users, files, messages, e-mails, points, cache values and counters?",
    "Delete all data", async () => {
      await post("reset");
      notify("All data was deleted.");
    });
  return card("Reset",
    el("p", { class: "muted" }, "Deletes the data of all services. The app id, the keys, the clock, the faults and Cloud Code remain."),
    button("Delete all data", reset, { class: "danger" }));
}

export const page = { path: "state", title: "State and clock", render };
