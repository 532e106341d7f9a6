// The live log of requests.

import { get, remove } from "./api.js";
import { button, card, el, empty, field, minorHeader, numberHeader, table } from "./dom.js";
import { bytes, clock, count, pretty, time } from "./format.js";

/** Maximum number of incomplete requests that are updated at a time. */
const MAX_INCOMPLETE = 100;

async function render(main, visit) {
  const log = new Log(visit);
  main.append(el("div", { class: "bar" },
    field("Filter", log.filter, { class: "field grow" }),
    field("Show", log.kind),
    log.pause,
    button("Clear", () => log.clear(), {})), log.list, log.detail);
  await visit.every(1000, () => log.update(), log.list);
}

class Log {
  constructor(visit) {
    this.visit = visit;
    this.requests = [];
    this.selected = null;
    this.last = 0;
    this.isPaused = false;
    this.filter = el("input", {
      type: "search", placeholder: "POST, /users, 404, 3003, cut off", input: () => this.show(),
    });
    this.kind = el("select", { change: () => this.show() },
      el("option", { value: "all" }, "all"), el("option", { value: "failed" }, "failed only"));
    this.pause = button("Pause", () => this.togglePause(), { "aria-pressed": "false" });
    this.list = el("div", {});
    // The table and the row of each request remain, so that requests that arrive change neither the focus nor a click.
    this.rows = new Map();
    this.box = table("Requests, the newest first", [
      minorHeader("Time"), "Status", numberHeader("Code"), "Method", "Path", numberHeader("ms"),
      numberHeader("Request size"), numberHeader("Response size"),
    ], []);
    this.box.classList.add("log");
    this.body = this.box.querySelector("tbody");
    this.detail = el("div", { id: "detail" });
  }

  async update() {
    if (this.isPaused) {
      return;
    }
    const changing = this.requests.filter((request) => !request.isComplete).slice(0, MAX_INCOMPLETE);
    const incomplete = changing.map(({ id }) => id).join(",");
    const { requests, capacity } = await get("requests", { after: this.last, incomplete });
    const added = requests.filter(({ id }) => id > this.last);
    for (const request of requests.filter(({ id }) => id <= this.last)) {
      await this.replace(request);
    }
    if (added.length > 0 || this.list.firstChild !== this.box) {
      this.requests.push(...added);
      for (const { id } of this.requests.splice(0, Math.max(0, this.requests.length - capacity))) {
        this.rows.delete(id);
      }
      this.last = this.requests.at(-1)?.id ?? this.last;
      this.show();
    }
  }

  /** Shows the sizes of a request of which more was received or sent. Its row remains, with the focus and the selection. */
  async replace(request) {
    const at = this.requests.findIndex(({ id }) => id === request.id);
    if (at < 0) {
      return;
    }
    this.requests[at] = request;
    const row = this.rows.get(request.id);
    if (row) {
      const sizes = sizeCells(request);
      [...row.children].slice(-sizes.length).forEach((cell, index) => cell.replaceWith(sizes[index]));
    }
    if (this.selected === request.id) {
      await this.showDetail(request.id);
    }
  }

  togglePause() {
    this.isPaused = !this.isPaused;
    this.pause.setAttribute("aria-pressed", String(this.isPaused));
    this.pause.textContent = this.isPaused ? "Resume" : "Pause";
  }

  async clear() {
    await remove("requests");
    this.requests = [];
    this.rows.clear();
    this.close();
    this.show();
  }

  matches(request) {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const texts = [request.method, readable(request.path), request.template, request.status ?? "no response", request.code, request.message, request.fault];
    const text = texts.filter((part) => part !== null).join(" ").toLowerCase();
    const isShown = this.kind.value === "all" || request.status === null || request.status >= 400;
    return isShown && words.every((word) => text.includes(word));
  }

  show() {
    const shown = this.requests.filter((request) => this.matches(request)).reverse();
    if (shown.length === 0) {
      const text = this.requests.length === 0 ? "No client has sent a request yet." : "No request matches.";
      this.list.replaceChildren(empty(text));
      return;
    }
    if (this.list.firstChild !== this.box) {
      this.list.replaceChildren(this.box);
    }
    const anchor = this.anchor();
    replaceRows(this.body, shown.map((request) => this.rowOf(request)));
    if (anchor?.row.isConnected) {
      this.box.scrollTop += anchor.row.getBoundingClientRect().top - anchor.top;
    }
  }

  /** The first row in sight with its position, if the list is scrolled: it remains where it is. */
  anchor() {
    if (this.box.scrollTop === 0) {
      return null;
    }
    const { top } = this.box.getBoundingClientRect();
    const row = [...this.body.children].find((other) => other.getBoundingClientRect().bottom > top);
    return row && { row, top: row.getBoundingClientRect().top };
  }

  rowOf(request) {
    if (!this.rows.has(request.id)) {
      this.rows.set(request.id, this.row(request));
    }
    return this.rows.get(request.id);
  }

  row(request) {
    const open = el("button", {
      type: "button", class: "link mono", "data-request": request.id, click: () => this.open(request.id),
      "aria-label": `${request.method} ${readable(request.path)}: show request and response`,
    }, readable(request.path));
    return el("tr", {},
      el("td", { class: "minor nowrap", title: time(request.received) }, clock(request.received)),
      el("td", {}, statusOf(request)),
      el("td", { class: "right", title: request.message ?? undefined }, request.code === null ? "" : String(request.code)),
      el("td", {}, request.method),
      el("td", { title: request.template ?? "unknown operation" }, open),
      el("td", { class: "right" }, request.millis.toFixed(1)),
      ...sizeCells(request));
  }

  async open(id) {
    this.rows.get(this.selected)?.classList.remove("selected");
    this.rows.get(id)?.classList.add("selected");
    this.selected = id;
    await this.showDetail(id);
    // The list gets a fixed height, so that requests that arrive do not move the detail below it.
    this.box.classList.add("split");
    this.detail.scrollIntoView({ block: "nearest" });
  }

  async showDetail(id) {
    try {
      const request = await get("requests/one", { id });
      this.detail.replaceChildren(detail(request));
    } catch (error) {
      this.detail.replaceChildren(empty(error.message));
    }
  }

  close() {
    this.selected = null;
    this.box.classList.remove("split");
    this.detail.replaceChildren();
  }
}

function sizeCells(request) {
  return [request.requestBytes, request.responseBytes].map((size) => el("td", { class: "right nowrap" }, bytes(size)));
}

/** Sets the rows of a table. Those that it has already are not touched. */
function replaceRows(body, rows) {
  const remaining = new Set(rows);
  for (const row of [...body.children]) {
    if (!remaining.has(row)) {
      row.remove();
    }
  }
  let at = body.firstChild;
  for (const row of rows) {
    if (row === at) {
      at = at.nextSibling;
    } else {
      body.insertBefore(row, at);
    }
  }
}

/** A path with its escapes decoded. */
function readable(path) {
  try {
    return decodeURIComponent(path.replaceAll("+", " "));
  } catch {
    return path;
  }
}

function statusOf(request) {
  if (request.status === null) {
    return el("span", { class: "status lost" }, request.fault ?? "no response");
  }
  const name = request.status >= 400 ? "status bad" : "status good";
  return el("span", { class: name }, String(request.status), request.fault ? ` (${request.fault})` : "");
}

/** The code of an error, with its message if the log has it. */
function errorOf({ code, message: text }) {
  return text === null ? String(code) : `${code}: ${text}`;
}

function detail(request) {
  return card(`${request.method} ${readable(request.path)}`,
    el("dl", {},
      el("dt", {}, "Path of the operation"), el("dd", {}, el("code", {}, request.template ?? "unknown")),
      el("dt", {}, "Received"), el("dd", {}, time(request.received)),
      el("dt", {}, "Status"), el("dd", {}, statusOf(request)),
      request.code === null ? null : [el("dt", {}, "Error"), el("dd", {}, errorOf(request))],
      el("dt", {}, "Duration"), el("dd", {}, `${request.millis.toFixed(2)} ms`)),
    el("div", { class: "columns" },
      message("Request", request.request, request.maxBodyBytes), message("Response", request.response, request.maxBodyBytes)));
}

function message(title, content, maxBodyBytes) {
  const headers = content.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  const size = content.isTruncated ? `, of which the first ${bytes(maxBodyBytes)} are shown` : "";
  const body = content.body === null
    ? el("p", { class: "muted" }, content.bytes === 0 ? "No body." : `${bytes(content.bytes)}, not shown.`)
    : el("pre", { class: "box", tabindex: "0" }, content.isTruncated ? content.body : pretty(content.body));
  return el("section", {}, el("h3", {}, `${title} (${bytes(content.bytes)}${size})`), body,
    el("details", {}, el("summary", {}, count(content.headers.length, "header")), el("pre", { class: "box" }, headers)));
}

export const page = { path: "requests", title: "Requests", render };
