// JSON with exact integers. A script reads numbers as floats, which are exact up to 2^53; an integer beyond that is a BigInt
// here, so that a value that is shown and saved is the one that is stored.

/** Begins the texts that stand for large integers on their way. It is random, so that no stored text is taken for one. */
const MARK = `integer-${crypto.getRandomValues(new Uint32Array(4)).join("-")}:`;

/** A string, or a number. Strings come first, so that digits in them are not numbers. */
const TOKEN = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const WRITTEN = new RegExp(`"${MARK}(-?\\d+)"`, "g");

/** An integer from its digits: a number if that is exact, else a BigInt. */
export function integer(digits) {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

/** Parses JSON. */
export function parse(text) {
  const marked = text.replace(TOKEN, (token) => (/^-?\d{16,}$/.test(token) && typeof integer(token) === "bigint" ? `"${MARK}${token}"` : token));
  if (marked === text) {
    return JSON.parse(text);
  }
  // The message of an error names a part of the text, which has no marks.
  JSON.parse(text);
  return JSON.parse(marked, (_, data) => (typeof data === "string" && data.startsWith(MARK) ? BigInt(data.slice(MARK.length)) : data));
}

/** The JSON of a value, with line breaks if `indent` is a number of spaces. */
export function stringify(data, indent) {
  const text = JSON.stringify(data, (_, part) => (typeof part === "bigint" ? `${MARK}${part}` : part), indent);
  return text?.replace(WRITTEN, "$1");
}
