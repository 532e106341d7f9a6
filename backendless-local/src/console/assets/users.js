// Users: whether their accounts are enabled, and their sessions. Neither tokens nor passwords are shown.

import { get, post, put, remove } from "./api.js";
import { ask, button, card, dialog, el, empty, field, form, minorHeader, notify, table } from "./dom.js";
import { duration, time } from "./format.js";

const PAGE_SIZE = 50;

async function render(main, visit) {
  const search = el("input", { type: "search", placeholder: "email like '%example.com'", spellcheck: "false", autocomplete: "off" });
  const list = el("div", {});
  const detail = el("div", {});
  const update = async () => {
    const [page, sessions] = await Promise.all([
      get("tables/rows", { table: "Users", where: search.value, pageSize: PAGE_SIZE, sortBy: "created desc" }),
      get("users/session-counts"),
    ]);
    list.replaceChildren(page.count === 0 ? empty("No users.") : users(page.rows, sessions, update, detail),
      page.count > PAGE_SIZE ? el("p", { class: "muted" }, `The newest ${PAGE_SIZE} of ${page.count} users. The table Users has all of them.`) : "");
  };
  main.append(card(null,
    form(update, field("Where", search, { class: "field grow" }), el("button", { type: "submit" }, "Search"),
      el("a", { class: "button", href: "#/tables/Users" }, "Open the table"),
      button("New user", () => newUser(update), { class: "primary" })),
    list), detail);
  await update();
}

/** Registers a user. Other columns are set on the page of the table. */
function newUser(update) {
  const email = el("input", { type: "email", required: true, autocomplete: "off" });
  const name = el("input", { autocomplete: "off" });
  const password = el("input", { type: "password", autocomplete: "new-password", required: true });
  dialog("New user", [field("E-mail", email), field("Name", name), field("Password", password)], "Create", async () => {
    const named = name.value === "" ? {} : { name: name.value };
    await post("tables/rows", { email: email.value, password: password.value, ...named }, { table: "Users" });
    notify("The user was created.");
    await update();
  });
}

function users(rows, sessions, update, detail) {
  return table("Users", ["User", "Status", minorHeader("Sessions"), minorHeader("Last login"), "Actions"], rows.map((user) => {
    const name = user.email ?? user.name ?? user.objectId;
    const isDisabled = user.userStatus === "DISABLED";
    const count = sessions[user.objectId] ?? 0;
    const setStatus = async () => {
      await put("users/status", { userStatus: isDisabled ? "ENABLED" : "DISABLED" }, { id: user.objectId });
      notify(`The account is ${isDisabled ? "enabled" : "disabled"}.`);
      await update();
    };
    return el("tr", { "data-id": user.objectId },
      el("td", { class: "wrap" }, name, el("div", { class: "muted mono" }, user.objectId)),
      el("td", {}, el("span", { class: isDisabled ? "tag off" : "tag on" }, user.userStatus ?? "unknown")),
      el("td", { class: "minor" }, String(count)),
      el("td", { class: "minor nowrap" }, user.lastLogin ? time(user.lastLogin) : "never"),
      el("td", {}, el("div", { class: "buttons" },
        button(isDisabled ? "Enable" : "Disable", setStatus, { class: "small", "aria-label": `${isDisabled ? "Enable" : "Disable"} ${name}` }),
        button("Sessions", () => showSessions(user, name, update, detail), { class: "small", "aria-label": `Sessions of ${name}` }))));
  }));
}

async function showSessions(user, name, update, detail) {
  const [sessions, { now }] = await Promise.all([get("users/sessions", { id: user.objectId }), get("usage")]);
  const end = () => ask("End sessions", `Log ${name} out everywhere?`, "End sessions", async () => {
    await remove("users/sessions", { id: user.objectId });
    await update();
    await showSessions(user, name, update, detail);
  });
  detail.replaceChildren(card(`Sessions of ${name}`, sessions.length === 0
    ? empty("No sessions.")
    : [
      table("Sessions", ["Hash of the token begins with", "Expires", "Remaining"], sessions.map((session) => el("tr", {},
        el("td", {}, el("code", {}, session.fingerprint)), el("td", { class: "nowrap" }, time(session.expires)),
        el("td", { class: "nowrap" }, duration(Number(session.expires) - Number(now)))))),
      el("p", {}), button("End all sessions", end, { class: "danger small" }),
    ]));
  detail.scrollIntoView({ block: "nearest" });
}

export const page = { path: "users", title: "Users", render };
