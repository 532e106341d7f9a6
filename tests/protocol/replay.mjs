// Replays the recorded requests of the official JS SDK against a server:
//
//     node replay.mjs http://127.0.0.1:9000 APP-ID REST-API-KEY [file]
//
// It uses no package. It prints each step whose response differs, and exits with 1 if there is one.

import { readFileSync } from "node:fs";
import { request as send } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [url, appId, apiKey, file] = process.argv.slice(2);
if (!url || !appId || !apiKey) {
  console.error("usage: node replay.mjs URL APP-ID REST-API-KEY [FILE]");
  process.exit(2);
}
const folder = dirname(fileURLToPath(import.meta.url));
const { steps } = JSON.parse(readFileSync(file ?? join(folder, "js-sdk.json"), "utf8"));
const captured = {};

/** Replaces `${name}` by the value that an earlier step captured. */
function fill(value) {
  if (typeof value === "string") {
    return value.replace(/\$\{(\w+)\}/g, (all, name) => captured[name] ?? all);
  }
  if (Array.isArray(value)) return value.map(fill);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [fill(name), fill(field)]));
}

/** The bytes of a body, and the headers that they imply. */
function encode(body) {
  if (!body) return [Buffer.alloc(0), {}];
  if ("json" in body) return [Buffer.from(JSON.stringify(body.json)), { "content-type": "application/json" }];
  if (!body.multipart) return [Buffer.from(body.text), {}];
  const parts = body.multipart.map(
    ({ name, filename, text }) =>
      `--part\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n` +
      `Content-Type: text/plain\r\n\r\n${text}\r\n`,
  );
  const bytes = Buffer.from(`${parts.join("")}--part--\r\n`);
  return [bytes, { "content-type": "multipart/form-data; boundary=part" }];
}

function exchange({ method, target, headers, body }) {
  const { hostname, port } = new URL(url);
  const [bytes, implied] = encode(body);
  const options = {
    hostname,
    port,
    method,
    path: `/${appId}/${apiKey}${target}`,
    headers: { ...implied, ...headers, "content-length": bytes.length },
  };
  return new Promise((resolve, reject) => {
    const request = send(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode, body: parse(text) });
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(bytes);
  });
}

/** JSON, or the text itself as in the official SDK. */
function parse(text) {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The first place where `actual` lacks what `expected` has; undefined if there is none. */
function difference(expected, actual, place = "") {
  if (expected === "$any") return undefined;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return `${place} is ${JSON.stringify(actual)}`;
    return expected.map((item, index) => difference(item, actual[index], `${place}/${index}`)).find(Boolean);
  }
  if (expected !== null && typeof expected === "object") {
    if (actual === null || typeof actual !== "object") return `${place} is ${JSON.stringify(actual)}`;
    return Object.entries(expected)
      .map(([name, value]) => (name in actual ? difference(value, actual[name], `${place}/${name}`) : `${place}/${name} is missing`))
      .find(Boolean);
  }
  return expected === actual ? undefined : `${place} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}

function problemOf(expected, { status, body }) {
  if (status !== expected.status) return `status ${status} instead of ${expected.status}: ${JSON.stringify(body)}`;
  if ("code" in expected && body?.code !== expected.code) return `code ${body?.code} instead of ${expected.code}`;
  return "json" in expected ? difference(expected.json, body) : undefined;
}

let failures = 0;
let recorded = 0;
for (const unfilled of steps) {
  const step = fill(unfilled);
  const reply = await exchange(step.request);
  const problem = problemOf(step.response, reply);
  recorded += step.source ? 1 : 0;
  if (problem) {
    failures += 1;
    console.log(`${step.name}: ${problem}`);
  }
  for (const [name, pointer] of Object.entries(step.capture ?? {})) {
    captured[name] = String(pointer.split("/").slice(1).reduce((value, key) => value?.[key], reply.body));
  }
}
console.log(`${recorded} recorded requests, ${steps.length} in all, ${failures} with another response`);
process.exit(failures ? 1 : 0);
