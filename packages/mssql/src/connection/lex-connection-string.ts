import { configInvalid } from "./connection-config-error";
import { findKeyword } from "./connection-keywords";

/** One `keyword=value` of a connection string. */
export interface ConnectionStringPart {
  /** As written, trimmed. */
  readonly keyword: string;
  readonly value: string;
}

const HOW_TO_QUOTE =
  'A value that contains ";" or begins with a quote must be put in quotes: Password="…", with quotes inside doubled.';

/**
 * Splits an ADO.NET connection string into its parts: `;` separates, empty parts are allowed, `==` in a keyword is a
 * literal `=`, a value may stand in single or double quotes (doubled inside). Written here because the parsers at hand
 * read `;;` as a literal semicolon, take `{…}` for quotes and drop a last part without `=` in silence, each of which
 * turns a password into another one. Messages never quote the text: any of it may be part of a password.
 */
export function lexConnectionString(text: string): readonly ConnectionStringPart[] {
  const parts: ConnectionStringPart[] = [];
  let position = 0;
  while (position < text.length) {
    if (/[;\s]/.test(text[position] ?? "")) {
      position++;
      continue;
    }
    const { keyword, end } = readKeyword(text, position, parts.at(-1));
    const value = readValue(text, end, keyword);
    parts.push({ keyword, value: value.text });
    position = value.end;
  }
  return parts;
}

function readKeyword(
  text: string,
  start: number,
  previous: ConnectionStringPart | undefined,
): { readonly keyword: string; readonly end: number } {
  let keyword = "";
  for (let position = start; position < text.length; position++) {
    const character = text[position] ?? "";
    if (character === ";") break;
    if (character !== "=") keyword += character;
    else if (text[position + 1] === "=") {
      keyword += "=";
      position++;
    } else return { keyword: keyword.trim(), end: position + 1 };
  }
  const where = previous ? `after ${nameOf(previous.keyword)}` : "at its beginning";
  throw configInvalid(`The connection string has a part without "=" ${where}. ${HOW_TO_QUOTE}`);
}

function readValue(text: string, start: number, keyword: string): { readonly text: string; readonly end: number } {
  let position = start;
  while (/\s/.test(text[position] ?? "")) position++;
  const quote = text[position];
  if (quote === '"' || quote === "'") return readQuoted(text, position + 1, quote, keyword);
  const semicolon = text.indexOf(";", position);
  const end = semicolon === -1 ? text.length : semicolon;
  return { text: text.slice(position, end).trim(), end };
}

function readQuoted(
  text: string,
  start: number,
  quote: string,
  keyword: string,
): { readonly text: string; readonly end: number } {
  let value = "";
  for (let position = start; position < text.length; position++) {
    if (text[position] !== quote) value += text[position];
    else if (text[position + 1] === quote) {
      value += quote;
      position++;
    } else {
      const rest = /^\s*(;|$)/.exec(text.slice(position + 1));
      if (rest) return { text: value, end: position + 1 + rest[0].length };
      throw configInvalid(
        `The connection string goes on after the closing quote of ${nameOf(keyword)}. ${HOW_TO_QUOTE}`,
      );
    }
  }
  throw configInvalid(`The connection string lacks the closing quote of ${nameOf(keyword)}. ${HOW_TO_QUOTE}`);
}

/** What is not a keyword we know may be the rest of a password with a semicolon in it. */
function nameOf(keyword: string): string {
  return findKeyword(keyword) ? keyword : "an unknown keyword";
}
