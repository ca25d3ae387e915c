import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { DurableHostError } from "@durable-host/engine";
import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { isJsonObject, type JsonObject } from "./json-object";

/** What each parse error means in words; the official host accepts comments and trailing commas, and so does this. */
const MEANING: Readonly<Record<string, string>> = {
  InvalidSymbol: "this is no JSON value; put text in double quotes",
  InvalidNumberFormat: "this is not a JSON number",
  PropertyNameExpected: "a property name in double quotes is expected here",
  ValueExpected: "a value is expected here",
  ColonExpected: "a colon is expected here",
  CommaExpected: "a comma is missing before this place",
  CloseBraceExpected: "a closing brace } is missing",
  CloseBracketExpected: "a closing bracket ] is missing",
  EndOfFileExpected: "the file must end after the closing brace",
  UnexpectedEndOfString: "the text that begins here has no closing quote",
  UnexpectedEndOfComment: "the comment that begins here has no end",
};

/**
 * Reads a configuration file that holds a JSON object; `undefined` when there is no such file.
 * Throws CONFIG_INVALID that names file, line and column.
 */
export function readJsonFile(path: string): JsonObject | undefined {
  const text = readText(path);
  return text === undefined ? undefined : parseJsonText(path, text);
}

/** A JSON object from the text of a file, or of something that is kept elsewhere in a file's place. Throws CONFIG_INVALID. */
export function parseJsonText(path: string, text: string): JsonObject {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) throw new DurableHostError("CONFIG_INVALID", describe(path, text, first));
  if (!isJsonObject(value)) {
    throw new DurableHostError("CONFIG_INVALID", `${path} must hold a JSON object: { … }.`);
  }
  return value;
}

function readText(path: string): string | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return undefined;
    throw new DurableHostError("CONFIG_INVALID", `${path} cannot be read (${code}).`, { cause });
  }
}

function describe(path: string, text: string, { error, offset }: ParseError): string {
  const before = text.slice(0, offset).split("\n");
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const meaning = MEANING[printParseErrorCode(error)] ?? "this is not valid JSON";
  const near = text.slice(offset).split("\n", 1)[0]?.trim().slice(0, 40);
  const place = near ? ` (near ${near})` : "";
  return `${path} is not valid JSON. Line ${line}, column ${column}: ${meaning}${place}. Correct ${basename(path)} and start again.`;
}
