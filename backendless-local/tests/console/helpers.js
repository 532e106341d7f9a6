// Functions that the tests call in the page.

/** Waits until a condition is true, for at most 15 seconds. */
function until(condition) {
  const end = performance.now() + 15_000;
  return new Promise((resolve) => {
    const tick = () => {
      if (condition()) {
        resolve(true);
      } else if (performance.now() > end) {
        resolve(false);
      } else {
        setTimeout(tick, 20);
      }
    };
    tick();
  });
}

/** Shows the page of an address as a link to it does, also if it is shown already. */
function go(hash) {
  if (location.hash === hash) {
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = hash;
  }
}

/** Chooses the bytes of a response of the console for an upload. */
async function chooseDownload(selector, path, name) {
  const token = document.querySelector('meta[name="console-token"]').content;
  const response = await fetch(path, { headers: { "x-console-token": token } });
  const transfer = new DataTransfer();
  transfer.items.add(new File([await response.arrayBuffer()], name));
  document.querySelector(selector).files = transfer.files;
}

/** Elements are searched in the open dialog first. */
function scopes() {
  return [...document.querySelectorAll("dialog[open]"), document.body];
}

const nameOf = (element) => element.getAttribute("aria-label") ?? element.textContent.trim();

/** The button or link with a name. */
function control(name) {
  for (const scope of scopes()) {
    const found = [...scope.querySelectorAll("button, a, summary, [role=switch]")].find((element) => nameOf(element) === name || element.textContent.trim() === name);
    if (found) {
      return found;
    }
  }
  return null;
}

/** The field with a label that begins with a text. */
function input(text) {
  for (const scope of scopes()) {
    const labelled = [...scope.querySelectorAll("[aria-label]")].find((element) => "value" in element && element.tagName !== "BUTTON" && element.getAttribute("aria-label").startsWith(text));
    const label = [...scope.querySelectorAll("label")].find((element) => element.textContent.startsWith(text));
    const found = labelled ?? label?.querySelector("input, select, textarea");
    if (found) {
      return found;
    }
  }
  return null;
}

/** Sets the value of a field as a user does. */
function enter(element, value) {
  element.focus();
  element.value = value;
  element.dispatchEvent(new Event("input", { bubbles: true }));
  element.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Chooses a file for an upload. */
function choose(selector, name, type, text) {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type }));
  document.querySelector(selector).files = transfer.files;
}

/** The problems of the page for users of keyboards and screen readers. */
function inaccessible() {
  const problems = [];
  for (const element of document.querySelectorAll("button, a, input, select, textarea, iframe, img, [role=region]")) {
    const labels = [...(element.labels ?? [])].map((label) => label.textContent).join("");
    const name = element.getAttribute("aria-label") ?? element.getAttribute("alt") ?? element.title;
    const text = ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName) ? labels : element.textContent;
    if (`${name ?? ""}${text}`.trim() === "" && !element.hasAttribute("alt")) {
      problems.push(`without a name: ${element.outerHTML.slice(0, 120)}`);
    }
    if (element.tabIndex > 0) {
      problems.push(`in another order: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) {
    problems.push(`${headings} headings`);
  }
  return problems;
}

/** The controls of tables that are out of sight until the table is scrolled to the side. */
function hidden() {
  return [...document.querySelectorAll(".scroll")].flatMap((box) => {
    const { right } = box.getBoundingClientRect();
    const controls = [...box.querySelectorAll("td a, td button, td input")];
    return controls.filter((element) => element.getBoundingClientRect().right > right + 1).map(nameOf);
  });
}

/** By how many pixels the page is wider than its window. */
function overflow() {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}
