// Channels and their messages, and the log of the application.

import { get, post, remove } from "./api.js";
import { ask, button, card, el, empty, field, form, minorHeader, notify, numberHeader, replace, table } from "./dom.js";
import { parseLoose, time, value } from "./format.js";

async function render(main, visit) {
  const [selected] = visit.args;
  const list = el("ul", { class: "list" });
  const content = el("div", {});
  const log = el("div", {});
  const name = el("input", { required: true, autocomplete: "off", value: selected ?? "default" });
  const text = el("input", { required: true, autocomplete: "off", placeholder: 'Hello, or JSON such as {"a": 1}' });
  const loadChannels = () => get("channels");
  const showChannels = (channels) => {
    replace(list, (channels.length === 0 ? [el("li", { class: "muted" }, "No channels.")] : channels.map((channel) =>
      el("li", {}, el("a", {
        href: `#/messages/${encodeURIComponent(channel.name)}`, "aria-current": channel.name === selected ? "true" : undefined,
      }, el("span", {}, channel.name), el("span", { class: "muted" }, `${channel.messages}`))))));
  };
  const publish = async () => {
    await post("channels/messages", { message: parseLoose(text.value) }, { channel: name.value });
    text.value = "";
    notify("The message was published.");
    showChannels(await loadChannels());
    showMessages(await loadMessages());
  };
  const loadMessages = async () => (selected === undefined ? [] : get("channels/messages", { channel: selected }));
  const showMessages = (items) => replace(content, selected === undefined ? [] : messages(selected, items));
  main.append(el("div", { class: "side" },
    card("Channels", list),
    el("div", {},
      card("Publish", form(publish, field("Channel", name), field("Message", text, { class: "field grow" }),
        el("button", { type: "submit", class: "primary" }, "Publish"))),
      selected === undefined ? card(null, empty("Choose a channel.")) : content,
      card("Log of the application", log))));
  await visit.poll(3000, loadChannels, showChannels, list);
  await visit.poll(3000, loadMessages, showMessages, content);
  await visit.poll(5000, () => get("log"), (items) => replace(log, applicationLog(items)), log);
}

function messages(channel, items) {
  const erase = () => ask("Delete channel", `Delete the channel ${channel} with its messages and subscriptions?`, "Delete", async () => {
    await remove("channels", { channel });
    location.hash = "#/messages";
  });
  const rows = items.map(({ content, due, subtopic, deliveries }) => el("tr", {},
    el("td", { class: "nowrap when" }, time(due)),
    el("td", {}, el("pre", {}, value(content.data))),
    el("td", { class: "minor" }, subtopic ?? ""),
    el("td", { class: "minor" }, value(content.publisherId ?? "")),
    el("td", { class: "right" }, String(deliveries))));
  return card(`Messages of ${channel}`,
    items.length === 0 ? empty("No messages.")
      : table(`Messages of ${channel}`, ["Published", "Message", minorHeader("Subtopic"), minorHeader("Publisher"), numberHeader("Deliveries")], rows),
    el("p", { class: "muted below" }, "A message expires 60 seconds after its publication, by the clock of the server; then it is not listed here, either."),
    button("Delete channel", erase, { class: "danger small" }));
}

function applicationLog(items) {
  return items.length === 0 ? empty("No messages.") : table("Log of the application", ["Time", "Level", "Logger", "Message"],
    items.map(({ item }) => el("tr", {},
      el("td", { class: "nowrap" }, time(item.timestamp)), el("td", {}, item["log-level"]),
      el("td", {}, item.logger), el("td", {}, el("pre", {}, [item.message, item.exception].filter(Boolean).join("\n"))))));
}

export const page = { path: "messages", title: "Messages", render };
