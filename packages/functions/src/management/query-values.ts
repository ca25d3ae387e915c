import { DurableHostError, RUNTIME_STATUSES, type RuntimeStatus } from "@durable-host/engine";

const EMPTY: ReadonlyMap<string, readonly string[]> = new Map();
const ZONE = /(?:z|[+-]\d\d:?\d\d)$/i;

/**
 * Query values of a management request: names compare without case, of repeated ones the first counts unless asked for all,
 * values that do not parse count as absent (contract §5.2).
 */
export class QueryValues {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(url: URL) {
    this.#values = url.search === "" ? EMPTY : readAll(url.searchParams);
  }

  text(name: string): string | undefined {
    return this.#values.get(name.toLowerCase())?.[0];
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.text(name)?.toLowerCase();
    return value === "true" ? true : value === "false" ? false : fallback;
  }

  /** A number that is not negative. */
  number(name: string): number | undefined {
    const text = this.text(name)?.trim();
    const value = text === undefined || text === "" ? Number.NaN : Number(text);
    return Number.isFinite(value) && value >= 0 ? value : undefined;
  }

  /** Milliseconds since the epoch. A date without a zone is UTC, whatever the zone of the machine. */
  time(name: string): number | undefined {
    const text = this.text(name)?.trim();
    if (text === undefined) return undefined;
    const hasTime = text.includes(":");
    const value = Date.parse(hasTime && !ZONE.test(text) ? `${text}Z` : text);
    return Number.isNaN(value) ? undefined : value;
  }

  /** The names of a comma list, trimmed; absent when there is no such value or it is blank. */
  list(name: string): readonly string[] | undefined {
    const names = this.text(name)
      ?.split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
    return names === undefined || names.length === 0 ? undefined : names;
  }

  /** Runtime statuses of a comma list, case-sensitive; unknown names are left out. */
  statuses(name: string): readonly RuntimeStatus[] | undefined {
    return this.list(name)?.filter(isRuntimeStatus);
  }

  /**
   * The tags of a repeatable value `key:value`; absent when there is none. The key ends at the first colon.
   * @throws DurableHostError INVALID_ARGUMENT when one is no tag, or two give one key different values: to ignore it would
   *   select, and delete, more than was asked for
   */
  tags(name: string): Readonly<Record<string, string>> | undefined {
    const texts = this.#values.get(name.toLowerCase());
    if (texts === undefined) return undefined;
    const tags = new Map<string, string>();
    for (const text of texts) {
      const colon = text.indexOf(":");
      if (colon < 1) throw invalidTag(name, text, `write ${name}=<key>:<value>`);
      const [key, value] = [text.slice(0, colon), text.slice(colon + 1)];
      if ((tags.get(key) ?? value) !== value) throw invalidTag(name, text, `the key '${key}' has another value before`);
      tags.set(key, value);
    }
    return Object.fromEntries(tags);
  }
}

function invalidTag(name: string, text: string, what: string): DurableHostError {
  return new DurableHostError("INVALID_ARGUMENT", `'${name}=${text}' is not a tag that can be used: ${what}.`);
}

function readAll(params: URLSearchParams): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of params) {
    const key = name.toLowerCase();
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return values;
}

function isRuntimeStatus(name: string): name is RuntimeStatus {
  return (RUNTIME_STATUSES as readonly string[]).includes(name);
}
