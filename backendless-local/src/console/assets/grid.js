// Rows as a table whose cells can be edited in place.

import { button, el, errorPlace, run, table } from "./dom.js";
import { parseJson, parseLoose, time, value } from "./format.js";
import { integer, stringify } from "./json.js";

/** Columns that only the server writes. */
const SYSTEM = ["objectId", "created", "updated", "ownerId"];

/** Types of numbers. */
const NUMBERS = ["INT", "DOUBLE"];

const TO_EMPTY = "To empty the cell, use Null.";

export function isEditable(column) {
  return !SYSTEM.includes(column.name) && column.relatedTable === null;
}

function isTime(column) {
  return column.type === "DATETIME" || column.name === "created" || column.name === "updated";
}

/** Converts the text of a field to a value of the column; the server checks it again. */
export function parseValue(column, text) {
  const trimmed = text.trim();
  if (NUMBERS.includes(column.type)) {
    return parseNumber(column, trimmed);
  }
  if (column.type === "BOOLEAN") {
    if (trimmed !== "true" && trimmed !== "false") {
      throw new Error(`'${text}' is not a value of ${column.name}: use true or false. ${TO_EMPTY}`);
    }
    return trimmed === "true";
  }
  if (column.type === "JSON") {
    return parseJson(text, `The value of ${column.name}`, `Use JSON, such as {"a": 1}, [1, 2] or "text". ${TO_EMPTY}`);
  }
  if (column.type === "UNKNOWN") {
    return parseLoose(text);
  }
  return isTime(column) && /^-?\d+$/.test(trimmed) ? integer(trimmed) : text;
}

/** Converts digits to a number. An integer beyond 2^53 stays exact. */
function parseNumber(column, text) {
  const number = Number(text);
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) || !Number.isFinite(number)) {
    throw new Error(`'${text}' is not a number, which ${column.name} needs: use digits, such as 20 or -1.5. ${TO_EMPTY}`);
  }
  const exact = /^-?\d+$/.test(text) ? integer(text) : number;
  if (typeof exact !== "bigint" || BigInt.asIntN(64, exact) === exact) {
    return exact;
  }
  if (column.type === "INT") {
    throw new Error(`${text} does not fit into ${column.name}: use an integer from -2^63 to 2^63 - 1. ${TO_EMPTY}`);
  }
  return number;
}

function isEmpty(data) {
  return data === null || data === undefined;
}

/** The text with which the value of a column is edited. */
function editText(data) {
  if (isEmpty(data)) {
    return "";
  }
  return typeof data === "string" ? data : stringify(data);
}

export class Grid {
  /** `actions` sort the rows, save a value, and delete a row. */
  constructor(schema, actions) {
    this.columns = schema.filter((column) => column.relatedTable === null);
    this.columns = [...this.columns.filter(isEditable), ...this.columns.filter((column) => !isEditable(column))];
    this.actions = actions;
  }

  render(label, rows) {
    const head = this.columns.map((column) => this.header(column));
    return table(label, [el("th", { scope: "col" }, "Actions"), ...head], rows.map((row) => this.row(row)));
  }

  header(column) {
    const name = column.name;
    const [sorted, direction] = this.actions.sortBy.split(" ");
    const isSorted = sorted === name;
    const isDescending = isSorted && direction === "desc";
    const next = isSorted && !isDescending ? `${name} desc` : name;
    const arrow = isSorted ? (isDescending ? " ↓" : " ↑") : "";
    return el("th", { scope: "col", "aria-sort": isSorted ? (isDescending ? "descending" : "ascending") : "none" },
      button(`${name}${arrow}`, () => this.actions.sort(next), { title: `Sort by ${name}` }), el("small", {}, column.type));
  }

  row(row) {
    const element = el("tr", { "data-id": row.objectId });
    const show = () => element.replaceChildren(
      el("td", {}, button("Delete", () => this.actions.remove(row), {
        class: "danger small", "aria-label": `Delete the row ${row.objectId}`,
      })),
      ...this.columns.map((column) => this.cell(row, column, show)));
    show();
    return element;
  }

  cell(row, column, show) {
    const data = row[column.name];
    const isNull = isEmpty(data);
    const text = isNull ? "null" : isTime(column) && typeof data === "number" ? time(data) : value(data);
    if (!isEditable(column)) {
      return el("td", {}, el("span", { class: isNull ? "clip null" : "clip mono", title: text }, text));
    }
    const cell = el("td", { "data-column": column.name });
    cell.append(el("button", {
      type: "button", class: isNull ? "cell null" : "cell", title: text,
      "aria-label": `${column.name}: ${text}. Edit`, click: () => this.edit(cell, row, column, show),
    }, text));
    return cell;
  }

  edit(cell, row, column, show) {
    const data = row[column.name];
    const original = editText(data);
    const isLong = column.type === "JSON" || original.length > 60;
    const input = el(isLong ? "textarea" : "input", { "aria-label": `New value of ${column.name}`, spellcheck: "false" });
    input.value = original;
    const error = errorPlace();
    const close = () => {
      show();
      document.querySelector(`[data-id="${CSS.escape(row.objectId)}"] [data-column="${CSS.escape(column.name)}"] button`)?.focus();
    };
    const save = async (parse) => {
      const isSaved = await run(async () => Object.assign(row, await this.actions.save(row, column.name, parse())), input, error);
      if (isSaved) {
        close();
      } else {
        input.focus();
      }
    };
    const saveText = () => (input.value === original ? close() : save(() => parseValue(column, input.value)));
    // The button also saves an empty text instead of null.
    const saveButton = () => (isEmpty(data) && input.value === "" ? save(() => parseValue(column, "")) : saveText());
    const editor = el("div", {
      class: "editor", keydown: (event) => {
        if (event.key === "Escape") {
          close();
        } else if (event.key === "Enter" && event.target === input && !(isLong && event.shiftKey)) {
          event.preventDefault();
          saveText();
        }
      },
    }, input,
    button("Save", saveButton, { class: "small primary" }),
    button("Null", () => save(() => null), { class: "small", title: "Set the value to null" }),
    button("Cancel", close, { class: "small" }), error);
    cell.replaceChildren(editor);
    input.focus();
    input.select();
  }
}
