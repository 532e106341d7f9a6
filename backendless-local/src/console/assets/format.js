// Values as texts. Times and durations are numbers or, from an import, integers beyond 2^53.

import { parse, stringify } from "./json.js";

export function bytes(count) {
  if (count < 1024) {
    return `${count} B`;
  }
  const units = ["KiB", "MiB", "GiB"];
  let size = count / 1024;
  let at = 0;
  while (size >= 1024 && at < units.length - 1) {
    size /= 1024;
    at += 1;
  }
  return `${size.toFixed(1)} ${units[at]}`;
}

const two = (number) => String(number).padStart(2, "0");

/** A time in milliseconds as local date and time; an impossible one as its number. */
export function time(millis) {
  const date = new Date(Number(millis));
  if (Number.isNaN(date.getTime())) {
    return String(millis);
  }
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(millis)}`;
}

/** A time in milliseconds as local time of the day. */
export function clock(millis) {
  const date = new Date(Number(millis));
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A duration in milliseconds, such as "1 h 05 min". */
export function duration(millis) {
  const seconds = Math.max(0, Math.round(Number(millis) / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) {
    return `${days} d ${two(hours)} h`;
  }
  if (hours > 0) {
    return `${hours} h ${two(minutes)} min`;
  }
  return minutes > 0 ? `${minutes} min ${two(seconds % 60)} s` : `${seconds} s`;
}

/** A number with its noun, such as "1 file" or "2 files". */
export function count(number, noun, plural = `${noun}s`) {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** A JSON text with line breaks; unchanged if that would change a value, such as 1.0, or if it is no JSON. */
export function pretty(text) {
  try {
    const data = parse(text);
    return stringify(data) === text ? stringify(data, 2) : text;
  } catch {
    return text;
  }
}

/** A value of a row as one line. */
export function value(data) {
  return typeof data === "string" ? data : stringify(data);
}

/** The value of a text field: JSON if it is valid, else the text itself. */
export function parseLoose(text) {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** Parses JSON; throws an error that names the field and ends with a hint. */
export function parseJson(text, name, hint = "") {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${name} is not valid JSON: ${error.message}. ${hint}`.trim());
  }
}
