// Elements. Data is set as text only, so that it never becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Creates an element. Functions among the attributes are listeners, true and false set or omit an attribute, and
 * undefined omits it. Children are elements or texts; null is omitted.
 */
export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Creates an element of a drawing. */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== undefined && value !== false && value !== null) {
      element.setAttribute(name, String(value));
    }
  }
  for (const child of children.flat().filter((part) => part !== null && part !== undefined)) {
    element.append(child);
  }
  return element;
}

/** A button that runs an action and is disabled meanwhile; an error becomes a notice. */
export function button(text, action, attributes) {
  const element = el("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", () => run(action, element));
  return element;
}

/**
 * Runs an action, with a disabled element meanwhile. An error becomes a notice, or the text of `place`; a success removes
 * them. Returns whether it succeeded.
 */
export async function run(action, element, place) {
  if (element) {
    element.disabled = true;
  }
  try {
    await action();
    place?.replaceChildren();
    clearErrors();
    return true;
  } catch (error) {
    if (place) {
      place.replaceChildren(error.message);
    } else {
      notify(error.message, true);
    }
    return false;
  } finally {
    if (element) {
      element.disabled = false;
    }
  }
}

/** A form with one line of fields; the action gets the form. */
export function form(action, ...children) {
  return el("form", {
    class: "bar",
    submit: (event) => {
      event.preventDefault();
      run(() => action(event.target), event.submitter);
    },
  }, ...children);
}

/** A field with its label. */
export function field(text, input, attributes) {
  return el("label", { class: "field", ...attributes }, text, input);
}

export function card(title, ...children) {
  return el("section", { class: "card" }, title === null ? null : el("h2", {}, title), ...children);
}

/** A table in a box that scrolls. A column is a text or a header cell. */
export function table(label, columns, rows) {
  const head = columns.map((column) => (typeof column === "string" ? el("th", { scope: "col" }, column) : column));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
}

/** The header of a column of numbers. */
export function numberHeader(text) {
  return el("th", { scope: "col", class: "right" }, text);
}

/** The header of a column that narrow windows do not show. */
export function minorHeader(text) {
  return el("th", { scope: "col", class: "minor" }, text);
}

/**
 * Replaces the content of an element. The control with the focus keeps it if the new content has one of its name, so that
 * data that changes by itself does not interrupt the use by keyboard.
 */
export function replace(place, ...content) {
  const name = (element) => `${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent}`;
  const focused = place.contains(document.activeElement) ? name(document.activeElement) : null;
  const scroll = place.querySelector(".scroll")?.scrollLeft ?? 0;
  place.replaceChildren(...content.flat());
  const box = place.querySelector(".scroll");
  if (box) {
    box.scrollLeft = scroll;
  }
  if (focused !== null) {
    const controls = [...place.querySelectorAll("a, button, summary, [tabindex]")];
    controls.find((element) => name(element) === focused)?.focus({ preventScroll: true });
  }
}

/**
 * Shows which of all entries a list has, with buttons that load the pages before and after it. `load` gets the offset of a
 * page, and `total` is the number of all entries as a text.
 */
export function pageButtons(place, { offset, shown, count, pageSize, total }, load) {
  const end = offset + shown;
  place.replaceChildren(
    el("span", { class: "muted grow" }, count === 0 ? total : `${offset + 1} to ${end} of ${total}`),
    button("Previous", () => load(Math.max(0, offset - pageSize)), { class: "small", disabled: offset === 0 }),
    button("Next", () => load(offset + pageSize), { class: "small", disabled: end >= count }));
}

/** Hands bytes to the browser as a download. */
export function saveAs(bytes, name) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function empty(text) {
  return el("p", { class: "empty" }, text);
}

/** Shows a message at the edge of the page. An error stays until it is closed. */
export function notify(text, isError = false) {
  const notice = el("div", { class: isError ? "notice error" : "notice" }, el("span", {}, text));
  const close = () => notice.remove();
  notice.append(el("button", { type: "button", class: "small", click: close, "aria-label": "Close the message" }, "Close"));
  document.getElementById("notices").append(notice);
  if (!isError) {
    setTimeout(close, 4000);
  }
}

/** Removes the messages of errors. */
export function clearErrors() {
  document.querySelectorAll(".notice.error").forEach((notice) => notice.remove());
}

/** The place of the error of a dialog or a field, which screen readers read as soon as it has a text. */
export function errorPlace() {
  return el("div", { class: "error", role: "alert" });
}

/** Opens a dialog with a form. The action gets the form; the dialog closes when it succeeds, and shows the error if it fails. */
export function dialog(title, fields, submitText, action, isDanger = false) {
  const heading = el("h2", { id: "dialog-title" }, title);
  const box = el("dialog", { "aria-labelledby": "dialog-title", close: () => box.remove() });
  const submit = el("button", { type: "submit", class: isDanger ? "danger" : "primary" }, submitText);
  const error = errorPlace();
  box.append(el("form", {
    submit: async (event) => {
      event.preventDefault();
      if (await run(() => action(event.target), submit, error)) {
        box.close();
      }
    },
  }, heading, ...fields, error, el("div", { class: "buttons" }, submit,
    el("button", { type: "button", click: () => box.close() }, "Cancel"))));
  document.body.append(box);
  box.showModal();
  return box;
}

/** Asks before an action that cannot be undone. */
export function ask(title, text, submitText, action) {
  dialog(title, [el("p", {}, text)], submitText, action, true);
}
