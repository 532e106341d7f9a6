// Requests to the server. Each has the token of this page, which pages of other origins cannot read.

import { parse, stringify } from "./json.js";

const token = document.querySelector('meta[name="console-token"]').content;

/** Sends a request and returns its response; throws an error with the message of the server. */
async function send(method, path, query, body, headers) {
  const url = new URL(`/~console/api/${path}`, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") {
      url.searchParams.set(name, value);
    }
  }
  let response;
  try {
    response = await fetch(url, {
      method,
      body,
      headers: { ...headers, "x-console-token": token },
      cache: "no-store",
      credentials: "omit",
    });
  } catch {
    throw new Error("The server does not respond. Is it still running?");
  }
  if (!response.ok) {
    const error = await response.json().catch(() => ({}));
    throw new Error(error.message ?? `The server responded with the status ${response.status}.`);
  }
  return response;
}

export async function get(path, query) {
  return parse(await (await send("GET", path, query)).text());
}

export async function post(path, body, query) {
  return parse(await (await send("POST", path, query, stringify(body ?? {}))).text());
}

export async function put(path, body, query) {
  return parse(await (await send("PUT", path, query, stringify(body ?? {}))).text());
}

export async function remove(path, query) {
  return (await send("DELETE", path, query)).json();
}

/** Uploads a file. */
export async function upload(path, query, file) {
  const type = file.type || "application/octet-stream";
  return (await send("POST", path, query, file, { "content-type": type })).json();
}

/** Returns the bytes of a file and the type that it was stored with. */
export async function download(path, query) {
  const response = await send("GET", path, query);
  return { bytes: await response.arrayBuffer(), type: response.headers.get("x-stored-type") ?? "" };
}
