// Cloud Code: services with their methods, and custom events.

import { get, post } from "./api.js";
import { button, card, dialog, el, empty, field, form, table } from "./dom.js";
import { parseJson } from "./format.js";
import { stringify } from "./json.js";

async function render(main) {
  const { services, events, hasFallback } = await get("code");
  const result = el("div", { id: "result" });
  const methods = services.flatMap((service) => service.methods.map((method) => row(service.name, method, result)));
  main.append(
    card("Services", methods.length === 0 ? empty(hasFallback ? "No methods with names of their own." : "No services.") : table("Methods", ["Service", "Method", "Actions"], methods),
      hasFallback ? otherMethod(result) : null),
    card("Events", events.length === 0 ? empty("No events.") : table("Events", ["Event", "Actions"], events.map((event) => el("tr", {},
      el("td", {}, el("code", {}, event)), el("td", {}, caller(undefined, event, result)))))),
    result);
}

function row(service, method, result) {
  return el("tr", {}, el("td", {}, el("code", {}, service)), el("td", {}, el("code", {}, method)), el("td", {}, caller(service, method, result)));
}

/** Calls a method that is not in the list. */
function otherMethod(result) {
  const service = el("input", { required: true, autocomplete: "off" });
  const method = el("input", { required: true, autocomplete: "off" });
  return el("div", {}, el("p", { class: "muted" },
    "The program that runs this server handles every other method, so they are not listed. With ",
    el("code", {}, "--cloud-code DIR"), ", the result is the content of the file ", el("code", {}, "SERVICE/METHOD.json"),
    " of the folder; with ", el("code", {}, "--cloud-code URL"), ", a request to that URL returns it."),
    form(() => call(service.value, method.value, result), field("Service", service), field("Method", method),
      el("button", { type: "submit" }, "Call")));
}

function caller(service, name, result) {
  const label = labelOf(service, name);
  return button("Call", () => call(service, name, result), { class: "small", "aria-label": `Call ${label}` });
}

const labelOf = (service, name) => (service === undefined ? name : `${service}.${name}`);

/** Asks for the argument, and shows the result. */
function call(service, name, result) {
  const label = labelOf(service, name);
  const argument = el("textarea", { spellcheck: "false" });
  argument.value = "{}";
  dialog(`Call ${label}`, [field("Argument, as JSON", argument)], "Call", async () => {
    const returned = await post("code/invoke", { service, name, argument: parseJson(argument.value, "The argument") });
    result.replaceChildren(card(`Result of ${label}`, el("pre", { class: "box" }, stringify(returned, 2))));
  });
}

export const page = { path: "code", title: "Cloud Code", render };
