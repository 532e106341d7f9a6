// Tables: their rows, with paging, a where clause and sorting, and their columns.

import { get, post, put, remove } from "./api.js";
import { ask, button, card, dialog, el, empty, field, form, notify, pageButtons, replace, run, table } from "./dom.js";
import { count, parseJson } from "./format.js";
import { Grid, isEditable, parseValue } from "./grid.js";

async function render(main, visit) {
  const [selected] = visit.args;
  const list = el("ul", { class: "list" });
  const content = el("div", {});
  let known = null;
  const load = async () => {
    known = await get("tables");
    return known;
  };
  const show = (tables) => {
    replace(list, tables.map(({ name, rows }) => el("li", {}, el("a", {
      href: `#/tables/${encodeURIComponent(name)}`, "aria-current": name === selected ? "true" : undefined,
    }, el("span", {}, name), el("span", { class: "muted" }, String(rows))))));
  };
  const update = async () => show(await load());
  main.append(el("div", { class: "side" },
    card("Tables", list, el("div", { class: "buttons" }, button("New table", () => newTable(), { class: "small" }))),
    content));
  await visit.poll(5000, load, show, list);
  if (selected === undefined) {
    content.append(card(null, empty("Choose a table, or create one. A client creates a table with its first row.")));
  } else if (known !== null && !known.some(({ name }) => name === selected)) {
    content.append(card(null, empty(`There is no table ${selected}. Choose a table, or create one.`)));
  } else {
    await new TableView(selected, update).render(content);
  }
}

function newTable() {
  const input = el("input", { name: "name", required: true, autocomplete: "off", maxlength: 64 });
  dialog("New table", [field("Name", input)], "Create", async () => {
    await post("tables", { name: input.value });
    location.hash = `#/tables/${encodeURIComponent(input.value)}`;
  });
}

/** The rows and the columns of one table. */
class TableView {
  constructor(name, updateList) {
    this.name = name;
    this.updateList = updateList;
    // What the rows are: a where clause that is only typed is not applied.
    this.search = { where: "", sortBy: "", offset: 0 };
    this.where = el("input", { name: "where", placeholder: "age > 20 and name like 'B%'", autocomplete: "off", spellcheck: "false" });
    this.pageSize = el("select", { change: () => run(() => this.load({ offset: 0 })) },
      [10, 25, 50, 100].map((size) => el("option", { value: size, selected: size === 25 }, String(size))));
    this.rows = el("div", {});
    this.pages = el("div", { class: "bar below" });
    this.columns = el("div", {});
  }

  async render(content) {
    content.append(
      card(this.name,
        form(() => this.find(), field("Where", this.where, { class: "field grow" }),
          field("Rows per page", this.pageSize), el("button", { type: "submit" }, "Search"),
          button("New row", () => this.newRow(), { class: "primary" })),
        this.rows, this.pages),
      card(`Columns of ${this.name}`, this.columns,
        this.name === "Users" ? null : el("div", { class: "buttons" },
          button("Delete table", () => this.deleteTable(), { class: "danger small" }))));
    await this.load();
  }

  /** Shows the rows of the where clause, or marks it, because the rows are those of the search before. */
  async find() {
    try {
      await this.load({ where: this.where.value, offset: 0 });
      this.where.removeAttribute("aria-invalid");
    } catch (error) {
      this.where.setAttribute("aria-invalid", "true");
      throw error;
    }
  }

  /** Loads and shows the rows, of another search if there are changes. A search that fails changes nothing. */
  async load(changes) {
    const size = Number(this.pageSize.value);
    const search = { ...this.search, ...changes };
    const schema = await get("tables/schema", { table: this.name });
    const page = await get("tables/rows", { table: this.name, pageSize: size, ...search });
    if (page.rows.length === 0 && page.count > 0 && search.offset > 0) {
      // The rows of the last page were deleted.
      await this.load({ ...search, offset: Math.floor((page.count - 1) / size) * size });
      return;
    }
    this.schema = schema;
    this.search = search;
    this.show(page, size);
  }

  show(page, size) {
    const { sortBy, offset } = this.search;
    const grid = new Grid(this.schema, {
      sortBy,
      sort: (order) => this.load({ sortBy: order, offset: 0 }),
      save: async (row, column, data) => {
        const changed = await put("tables/rows", { [column]: data }, { table: this.name, id: row.objectId });
        this.schema = await get("tables/schema", { table: this.name });
        return changed;
      },
      remove: (row) => this.deleteRow(row),
    });
    this.rows.replaceChildren(page.rows.length === 0 ? empty("No rows.") : grid.render(`Rows of ${this.name}`, page.rows));
    const position = { offset, shown: page.rows.length, count: page.count, pageSize: size, total: count(page.count, "row") };
    pageButtons(this.pages, position, (at) => this.load({ offset: at }));
    this.columns.replaceChildren(table(`Columns of ${this.name}`, ["Name", "Type", "Related table"], this.schema.map((column) =>
      el("tr", {}, el("td", {}, el("code", {}, column.name)), el("td", {}, column.type), el("td", {}, column.relatedTable ?? "")))));
  }

  newRow() {
    const isUser = this.name === "Users";
    const known = this.schema.filter(isEditable).filter((column) => !isUser || ["email", "name"].includes(column.name));
    const inputs = known.map((column) => [column, el("input", { name: column.name, autocomplete: "off" })]);
    const password = el("input", { type: "password", autocomplete: "new-password", required: true });
    const more = el("textarea", { name: "more", placeholder: '{"name": "Bob", "age": 20}', spellcheck: "false" });
    const fields = inputs.map(([column, input]) => field(`${column.name} (${column.type})`, input));
    if (isUser) {
      fields.push(field("password", password));
    }
    const which = fields.length === 0 ? "Columns" : "Other columns";
    fields.push(field(`${which}, as a JSON object; new ones are created`, more));
    dialog(`New row of ${this.name}`, fields, "Create", async () => {
      const row = more.value.trim() === "" ? {} : parseJson(more.value, "The JSON object");
      for (const [column, input] of inputs) {
        if (input.value !== "") {
          row[column.name] = parseValue(column, input.value);
        }
      }
      if (isUser) {
        row.password = password.value;
      }
      await post("tables/rows", row, { table: this.name });
      notify("The row was created.");
      await this.load();
      await this.updateList();
    });
  }

  deleteRow(row) {
    ask("Delete row", `Delete the row ${row.objectId} of ${this.name}?`, "Delete", async () => {
      await remove("tables/rows", { table: this.name, id: row.objectId });
      await this.load();
      await this.updateList();
    });
  }

  deleteTable() {
    ask("Delete table", `Delete the table ${this.name} with all its rows?`, "Delete", async () => {
      await remove("tables", { table: this.name });
      location.hash = "#/tables";
    });
  }
}

export const page = { path: "tables", title: "Tables", render };
