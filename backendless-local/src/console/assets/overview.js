// The overview: how to connect, what the server stores, and how many requests arrive.

import { get } from "./api.js";
import { button, card, el, notify } from "./dom.js";
import { usagePlot } from "./plot.js";

/** The page that shows each kind of data. */
const PAGE_OF = {
  tables: "tables", rows: "tables", users: "users", files: "files", channels: "messages", "e-mails": "outbox",
  "push notifications": "outbox", "geo points": "geo", "cache values": "values", counters: "values",
  "Cloud Code services": "code",
};

async function render(main, visit) {
  const overview = await get("overview");
  const lines = overview.environment.map(([name, value]) => `export ${name}=${value}`).join("\n");
  const copy = async () => {
    await navigator.clipboard.writeText(lines);
    notify("Copied.");
  };
  const counts = el("ul", { class: "counts" });
  const plot = el("div", {});
  const numbers = el("p", { class: "muted" });
  main.append(
    card("Connect a client",
      el("p", {}, "The server listens at ", el("code", {}, overview.endpoint),
        `, version ${overview.version}. These variables configure `, el("code", {}, "Client::from_env()"), ":"),
      el("div", { class: "copy" }, el("pre", { id: "exports" }, lines), button("Copy", copy, { class: "small" })),
      el("p", { class: "muted below" }, el("code", {}, "backendless-local export"), " and ", el("code", {}, "import"), " also need ",
        el("code", {}, "BACKENDLESS_LOCAL_TOKEN"), ". It is not shown here: copy its line from the terminal in which the server started.")),
    card("Requests per minute", numbers, plot),
    card("Data", counts),
  );
  await visit.every(2000, async () => {
    const usage = await get("usage");
    const limit = usage.limit === null ? "" : ` · limit ${usage.limit}, ${usage.rejected} rejected`;
    numbers.textContent = `${usage.current} in the last 60 seconds · ${usage.busiest} in the busiest minute${limit}`;
    plot.replaceChildren(usagePlot(usage, plot));
  }, plot);
  await visit.every(4000, async () => {
    const { counts: entries } = await get("overview");
    counts.replaceChildren(...entries.map(([name, count]) =>
      el("li", {}, el("a", { href: `#/${PAGE_OF[name] ?? ""}` }, el("strong", {}, String(count)), count === 1 ? name.replace(/s$/, "") : name))));
  });
}

export const page = { path: "", title: "Overview", render };
