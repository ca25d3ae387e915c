import { readFileSync } from "node:fs";
import { errorText, RUNTIME_STATUSES } from "@durable-host/engine";
import { InvalidArgumentError, Option } from "commander";

/** An option whose value has this type once it is parsed. */
export class TypedOption<T> {
  constructor(
    readonly option: Option,
    /** The value when it is not given. Commander would print it as `default: false`. */
    readonly fallback?: T,
  ) {}
}

/** What `run` of a command gets: the parsed values of its options. */
export type ValuesOf<Options> = {
  readonly [Key in keyof Options]: Options[Key] extends TypedOption<infer T> ? T : never;
};

const ZONE = /(?:z|gmt|utc|[+-]\d\d:?\d\d)$/i;

export function text(flags: string, description: string): TypedOption<string | undefined> {
  return new TypedOption(new Option(flags, description));
}

export function requiredText(flags: string, description: string): TypedOption<string> {
  return new TypedOption(new Option(flags, description).makeOptionMandatory());
}

export function flag(flags: string, description: string): TypedOption<boolean> {
  return new TypedOption(new Option(flags, description), false);
}

/** A whole number above 0. */
export function count(flags: string, description: string, fallback: number): TypedOption<number> {
  return new TypedOption(
    new Option(flags, description).default(fallback).argParser((given) => {
      const value = Number(given);
      if (!/^\d+$/.test(given) || value < 1) throw new InvalidArgumentError("It is a whole number above 0.");
      return value;
    }),
  );
}

/** JSON text, or `@` and the path of a file that holds it. */
export function json(flags: string, description: string): TypedOption<string | undefined> {
  return new TypedOption(new Option(flags, description).argParser(jsonText));
}

/** A time as ISO 8601 text. Without a zone it is UTC, as func has it. */
export function time(flags: string, description: string): TypedOption<string | undefined> {
  return new TypedOption(new Option(flags, description).argParser(isoTime));
}

/** Runtime statuses, several after one another or in a comma list; case does not matter. */
export function statuses(flags: string, description: string): TypedOption<readonly string[] | undefined> {
  return new TypedOption(
    new Option(flags, description).argParser<readonly string[] | undefined>((given, before = []) => [
      ...before,
      ...given
        .split(/[\s,]+/)
        .filter(Boolean)
        .map(runtimeStatus),
    ]),
  );
}

/** Tags as `key:value`; the option may be repeated. */
export function tags(flags: string, description: string): TypedOption<readonly string[] | undefined> {
  return new TypedOption(
    new Option(flags, description).argParser<readonly string[] | undefined>((given, before = []) => {
      if (given.indexOf(":") < 1) throw new InvalidArgumentError("Write it as key:value.");
      return [...before, given];
    }),
  );
}

function jsonText(given: string): string {
  const isFile = given.startsWith("@");
  const content = isFile ? readInput(given.slice(1)) : given;
  try {
    JSON.parse(content);
    return content;
  } catch (error) {
    const where = isFile ? `The file ${given.slice(1)} holds no JSON` : "It is no JSON";
    const hint = isFile ? "" : ` Text needs double quotes inside the shell's own: '"hello"'. A file: @input.json.`;
    throw new InvalidArgumentError(`${where}: ${errorText(error)}.${hint}`);
  }
}

function readInput(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new InvalidArgumentError(`The file cannot be read: ${errorText(error)}.`);
  }
}

function isoTime(given: string): string {
  const value = Date.parse(
    given.includes(":") && !ZONE.test(given) ? `${given}${/\dT\d/.test(given) ? "Z" : " UTC"}` : given,
  );
  if (Number.isNaN(value)) {
    throw new InvalidArgumentError("Write a time as 2026-03-01T12:00:00Z, or a date as 2026-03-01 (UTC).");
  }
  return new Date(value).toISOString();
}

function runtimeStatus(given: string): string {
  const found = RUNTIME_STATUSES.find((status) => status.toLowerCase() === given.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`Known: ${RUNTIME_STATUSES.join(", ")}.`);
  return found;
}
