// The outbox of e-mails, and push notifications. The server delivers none of them.

import { get, post } from "./api.js";
import { button, card, el, empty, replace, run } from "./dom.js";
import { stringify } from "./json.js";

async function render(main, visit) {
  const emails = el("ul", { class: "list" });
  const detail = el("div", { id: "email" }, card(null, empty("Choose an e-mail.")));
  const pushes = el("div", {});
  main.append(el("div", { class: "side" }, card("E-mails", emails), detail), card("Push notifications", pushes));
  await visit.poll(3000, () => get("emails"), (items) => replace(emails, items.length === 0
    ? el("li", { class: "muted" }, "No e-mails.") : items.map((item) => entry(item, emails, detail))), emails);
  await visit.poll(3000, () => get("pushes"), (items) => replace(pushes, items.length === 0
    ? empty("No push notifications.") : items.map(({ item }) =>
      el("details", {}, el("summary", {}, item.template ? `Template ${item.template}` : `Channel ${item.channel}`),
        el("pre", { class: "box" }, stringify(item, 2))))), pushes);
}

function entry({ number, item }, list, detail) {
  const subject = item.subject ?? `Template ${item.template}`;
  const open = el("button", {
    type: "button", class: "item", click: () => run(async () => {
      list.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
      open.setAttribute("aria-current", "true");
      const shown = email(number, await get("emails/one", { number }));
      // Unless another one was chosen meanwhile.
      if (open.hasAttribute("aria-current")) {
        detail.replaceChildren(shown);
      }
    }),
  }, el("span", {}, subject));
  return el("li", {}, open);
}

function email(number, item) {
  const subject = item.subject ?? `Template ${item.template}`;
  const lists = [["To", item.to], ["Cc", item.cc], ["Bcc", item.bcc], ["Attachments", item.attachments]];
  const present = lists.filter(([, names]) => names.length > 0);
  const values = Object.keys(item.templateValues).length > 0 ? stringify(item.templateValues, 2) : null;
  const frame = el("div", {});
  const show = async () => {
    const { path } = await post("emails/preview", {}, { number });
    // Without permissions: no scripts, and an origin of its own.
    frame.replaceChildren(el("iframe", { class: "mail", sandbox: "", src: path, title: `HTML part of ${subject}`, referrerpolicy: "no-referrer" }));
  };
  return card(subject,
    el("dl", {}, present.flatMap(([name, names]) => [el("dt", {}, name), el("dd", {}, names.join(", "))])),
    item.text ? [el("h3", {}, "Text"), el("pre", { class: "box", tabindex: "0" }, item.text)] : null,
    item.html ? [
      el("h3", {}, "HTML"), button("Show as a page", show, { class: "small", title: "Without scripts and without loading anything" }), frame,
      el("details", {}, el("summary", {}, "Source"), el("pre", { class: "box" }, item.html)),
    ] : null,
    values ? [el("h3", {}, "Values of the template"), el("pre", { class: "box" }, values)] : null);
}

export const page = { path: "outbox", title: "E-mails and pushes", render };
