// The frame of the console: navigation, and the page of the address. An address never causes a write.

import { get } from "./api.js";
import { clearErrors, el, empty } from "./dom.js";
import { count, duration, time } from "./format.js";
import { stringify } from "./json.js";
import { page as overview } from "./overview.js";
import { page as requests } from "./requests.js";
import { page as tables } from "./tables.js";
import { page as users } from "./users.js";
import { page as files } from "./files.js";
import { page as messages } from "./messages.js";
import { page as outbox } from "./outbox.js";
import { page as geo } from "./geo.js";
import { page as values } from "./values.js";
import { page as code } from "./code.js";
import { page as faults } from "./faults.js";
import { page as state } from "./state.js";

/** Each page has a path, a title, and a function that renders it. */
const PAGES = [overview, requests, tables, users, files, messages, outbox, geo, values, code, faults, state];

let current = null;

/** What a page gets: its arguments, and tasks that end with it. */
class Visit {
  constructor(args) {
    this.args = args;
    this.hasEnded = false;
    this.timers = [];
    this.listeners = new AbortController();
  }

  /** Calls a function at an event of the window, while the page is shown. */
  listen(event, listener) {
    addEventListener(event, listener, { signal: this.listeners.signal });
  }

  /** Runs a task now and then every few milliseconds, while the page is shown and visible. Errors appear in `place`. */
  every(millis, task, place) {
    let isRunning = false;
    const tick = async () => {
      if (isRunning || this.hasEnded || document.hidden) {
        return;
      }
      isRunning = true;
      try {
        await task();
      } catch (error) {
        if (!this.hasEnded) {
          place?.replaceChildren(empty(error.message));
        }
      }
      isRunning = false;
    };
    this.timers.push(setInterval(tick, millis));
    return tick();
  }

  /** Loads data now and then every few milliseconds, and shows it where it has changed. */
  poll(millis, load, show, place) {
    let last = null;
    return this.every(millis, async () => {
      let text = null;
      try {
        const data = await load();
        text = stringify(data);
        if (text !== last && !this.hasEnded) {
          show(data);
        }
      } finally {
        // After an error the place has its message, so that the data is shown again.
        last = text;
      }
    }, place);
  }

  end() {
    this.hasEnded = true;
    this.timers.forEach(clearInterval);
    this.listeners.abort();
  }
}

function parse(hash) {
  const [path, ...args] = hash.replace(/^#\/?/, "").split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { page: PAGES.find((page) => page.path === path), args };
}

async function show() {
  if (location.hash !== "" && !location.hash.startsWith("#/")) {
    return;
  }
  current?.end();
  document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  const { page, args } = parse(location.hash);
  const visit = new Visit(args);
  current = visit;
  const main = document.getElementById("main");
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.getAttribute("href") === `#/${page?.path}`) {
      link.setAttribute("aria-current", "page");
      // Not scrollIntoView, which moves the place from which the tab key goes on.
      const nav = document.getElementById("nav");
      nav.scrollLeft = link.offsetLeft - (nav.clientWidth - link.offsetWidth) / 2;
    } else {
      link.removeAttribute("aria-current");
    }
  }
  const title = page?.title ?? "Not found";
  document.title = `${title} - Backendless Local`;
  const content = el("div", { id: "page" });
  main.replaceChildren(el("h1", {}, title), content);
  if (!page) {
    content.append(empty("There is no such page."));
    return;
  }
  try {
    await page.render(content, visit);
  } catch (error) {
    content.append(empty(error.message));
  }
  if (!visit.hasEnded) {
    // For the browser tests: the page is complete.
    content.dataset.ready = location.hash;
  }
}

async function showState() {
  const place = document.getElementById("state");
  try {
    const usage = await get("usage");
    const advanced = usage.advancedMillis > 0 ? ` (advanced by ${duration(usage.advancedMillis)})` : "";
    const faults = usage.hasFaults ? " · faults are on" : "";
    place.textContent = `${count(usage.current, "request")} in the last minute · ${time(usage.now)}${advanced}${faults}`;
  } catch (error) {
    place.textContent = error.message;
  }
}

document.getElementById("nav").append(el("ul", {}, PAGES.map((page) =>
  el("li", {}, el("a", { href: `#/${page.path}` }, page.title)))));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
addEventListener("hashchange", () => {
  clearErrors();
  show();
  document.getElementById("main").focus({ preventScroll: true });
  scrollTo(0, 0);
});
setInterval(() => document.hidden || showState(), 2000);
showState();
show();
