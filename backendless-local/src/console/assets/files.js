// Files: directories, upload, preview, download. A stored file is never opened as a page of the console.

import { download, get, post, remove, upload } from "./api.js";
import { ask, button, card, dialog, el, empty, field, minorHeader, notify, pageButtons, run, saveAs, table } from "./dom.js";
import { bytes, count, time } from "./format.js";

/** Types of images that contain nothing but pixels. Any other type is shown as text or downloaded. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];

const MAX_TEXT_BYTES = 64 * 1024;

const address = (path) => `#/files/${encodeURIComponent(path)}`;

async function render(main, visit) {
  const directory = visit.args[0] ?? "";
  const list = el("div", {});
  const directories = el("div", {});
  const preview = el("div", { id: "preview" });
  const join = (name) => (directory === "" ? name : `${directory}/${name}`);
  const pages = el("div", { class: "bar below" });
  let offset = 0;
  const load = async (at) => {
    const page = await get("files", { path: directory, offset: at });
    if (page.entries.length === 0 && page.count > 0 && at > 0) {
      // The entries of the last page were deleted.
      await load(Math.floor((page.count - 1) / page.pageSize) * page.pageSize);
      return;
    }
    offset = at;
    list.replaceChildren(page.entries.length === 0 ? empty("The directory is empty.")
      : table("Files", ["Name", "Size", minorHeader("Created"), "Actions"], page.entries.map((entry) => row(entry, update, preview))));
    const position = { offset, shown: page.entries.length, count: page.count, pageSize: page.pageSize, total: count(page.count, "entry", "entries") };
    pageButtons(pages, position, load);
  };
  const update = async () => {
    directories.replaceChildren(await tree("", "files", directory));
    await load(offset);
  };
  const input = el("input", { type: "file", multiple: true, "aria-label": "Files to upload", id: "upload" });
  const send = async () => {
    if (input.files.length === 0) {
      throw new Error("Choose the files to upload first.");
    }
    for (const file of input.files) {
      await upload("files/content", { path: join(file.name), overwrite: "true" }, file);
    }
    notify(`${count(input.files.length, "file")} uploaded.`);
    input.value = "";
    await update();
  };
  const create = () => {
    const name = el("input", { required: true, autocomplete: "off" });
    dialog("New directory", [field("Name", name)], "Create", async () => {
      await post("files/directories", {}, { path: join(name.value) });
      await update();
    });
  };
  main.append(el("div", { class: "side" },
    card("Directories", directories),
    el("div", {}, card(null,
      breadcrumbs(directory),
      el("div", { class: "bar" }, input, button("Upload", send, { class: "primary" }), button("New directory", create)),
      list, pages), preview)));
  await update();
}

/** A directory with those in it, which are loaded when it is opened: those of the first page, and more by a button. */
async function tree(path, name, selected) {
  const children = el("ul", { class: "tree" });
  const isOpen = path === "" || selected === path || selected.startsWith(`${path}/`);
  let isLoaded = false;
  let offset = 0;
  const more = el("li", {}, button("More directories", () => loadMore(), { class: "small", "aria-label": `More directories of ${name}` }));
  const loadMore = async () => {
    const found = [];
    let page;
    do {
      page = await get("files", { path, offset });
      offset += page.entries.length;
      found.push(...page.entries.filter((entry) => entry.size === undefined));
    } while (found.length === 0 && page.entries.length > 0 && offset < page.count);
    const nodes = await Promise.all(found.map((entry) => tree(entry.url, entry.name, selected)));
    more.remove();
    children.append(...nodes.map((node) => el("li", {}, node)));
    if (page.entries.length > 0 && offset < page.count) {
      children.append(more);
    }
  };
  const load = async () => {
    if (!isLoaded) {
      isLoaded = true;
      await loadMore();
    }
  };
  const link = el("a", { href: path === "" ? "#/files" : address(path), "aria-current": selected === path ? "true" : undefined }, name);
  const node = el("details", { open: isOpen, toggle: () => node.open && run(load) }, el("summary", {}, link), children);
  if (isOpen) {
    await load();
  }
  return node;
}

function breadcrumbs(directory) {
  const parts = directory === "" ? [] : directory.split("/");
  const links = parts.map((part, index) => [" / ", el("a", { href: address(parts.slice(0, index + 1).join("/")) }, part)]);
  return el("p", { class: "mono" }, el("a", { href: "#/files" }, "files"), ...links.flat());
}

function row(entry, update, preview) {
  const path = entry.url;
  const isFile = entry.size !== undefined;
  const name = isFile
    ? el("button", { type: "button", class: "link", click: () => run(() => show(path, preview)) }, entry.name)
    : el("a", { href: address(path), "aria-label": `${entry.name}/, a directory` }, `${entry.name}/`);
  const erase = () => ask("Delete", `Delete ${path}${isFile ? "" : " and everything in it"}?`, "Delete", async () => {
    await remove("files", { path });
    preview.replaceChildren();
    await update();
  });
  return el("tr", { "data-path": path },
    el("td", {}, name),
    el("td", { class: "nowrap" }, isFile ? bytes(entry.size) : ""),
    el("td", { class: "minor nowrap" }, time(entry.createdOn)),
    el("td", {}, el("div", { class: "buttons" },
      isFile ? button("Download", () => save(path, entry.name), { class: "small", "aria-label": `Download ${path}` }) : null,
      button("Delete", erase, { class: "small danger", "aria-label": `Delete ${path}` }))));
}

/** Hands a file to the browser as a download. */
async function save(path, name) {
  const { bytes: content } = await download("files/content", { path });
  saveAs(content, name);
}

async function show(path, place) {
  const { bytes: content, type } = await download("files/content", { path });
  place.replaceChildren(card(path, el("p", { class: "muted" }, `${type || "unknown type"}, ${bytes(content.byteLength)}`), view(content, type)));
  place.scrollIntoView({ block: "nearest" });
}

function view(content, type) {
  const essence = type.split(";")[0].trim().toLowerCase();
  if (PICTURES.includes(essence)) {
    const url = URL.createObjectURL(new Blob([content], { type: essence }));
    const release = () => URL.revokeObjectURL(url);
    return el("img", { class: "picture", src: url, alt: "Content of the file", load: release, error: release });
  }
  const start = content.slice(0, MAX_TEXT_BYTES);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    if (!text.includes("\0")) {
      return el("pre", { class: "box", tabindex: "0" }, text);
    }
  } catch {
    // Not text.
  }
  return empty("There is no preview of this type. Download the file to see it.");
}

export const page = { path: "files", title: "Files", render };
