import { isJsonObject, type JsonObject } from "./json-object";
import { formatTimeSpan, parseTimeSpan } from "./time-span";

/** How a kind of setting is read. Overrides from the environment arrive as text, so every kind reads text too. */
export interface SettingType<T> {
  /** For documentation and error messages. */
  readonly name: string;
  /** `undefined` when the value is not of this type. */
  parse(value: unknown): T | undefined;
}

export const text: SettingType<string> = {
  name: "text",
  parse: (value) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined),
};

export const flag: SettingType<boolean> = {
  name: "true or false",
  parse(value) {
    if (typeof value === "boolean") return value;
    const word = typeof value === "string" ? value.trim().toLowerCase() : undefined;
    return word === "true" ? true : word === "false" ? false : undefined;
  },
};

export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): SettingType<number> {
  return {
    name:
      maximum < Number.MAX_SAFE_INTEGER ? `whole number ${minimum}–${maximum}` : `whole number, at least ${minimum}`,
    parse(value) {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return Number.isInteger(number) && Number(number) >= minimum && Number(number) <= maximum
        ? Number(number)
        : undefined;
    },
  };
}

/** A limit that may be absent: Infinity for `-1`. */
export const limit: SettingType<number> = {
  name: "whole number, at least 1, or -1",
  parse: (value) => (value === -1 || value === "-1" ? Number.POSITIVE_INFINITY : wholeNumber(1).parse(value)),
};

/** A number within bounds, not only a whole one. */
export function decimal(minimum: number, maximum: number): SettingType<number> {
  return {
    name: `number ${minimum}–${maximum}`,
    parse(value) {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" && number >= minimum && number <= maximum ? number : undefined;
    },
  };
}

/** Milliseconds; Infinity for `-1`. */
export const timeSpan: SettingType<number> = {
  name: "time span hh:mm:ss",
  parse: (value) =>
    typeof value === "string" ? parseTimeSpan(value) : value === -1 ? Number.POSITIVE_INFINITY : undefined,
};

/** Milliseconds; a time that something lasts, or is repeated after, and never too short for it. */
export function interval(leastMs: number): SettingType<number> {
  return {
    name: `time span hh:mm:ss, at least ${formatTimeSpan(leastMs)}`,
    parse(value) {
      const ms = timeSpan.parse(value);
      return ms !== undefined && ms >= leastMs && Number.isFinite(ms) ? ms : undefined;
    },
  };
}

/** One of a few words, compared without case. */
export function choice<const Word extends string>(...words: readonly Word[]): SettingType<Word> {
  return {
    name: words.join(" or "),
    parse(value) {
      const wanted = typeof value === "string" ? value.trim().toLowerCase() : undefined;
      return words.find((word) => word.toLowerCase() === wanted);
    },
  };
}

export const textList: SettingType<readonly string[]> = {
  name: "list of texts",
  parse: (value) =>
    Array.isArray(value) && value.every((item): item is string => typeof item === "string") ? value : undefined,
};

/** An object whose values are texts. */
export const textMap: SettingType<Readonly<Record<string, string>>> = {
  name: "object of texts",
  parse(value) {
    if (!isJsonObject(value)) return undefined;
    return isTextMap(value) ? value : undefined;
  },
};

/** Anything; for settings that are accepted without effect. */
export const anything: SettingType<unknown> = { name: "any", parse: (value) => value };

function isTextMap(value: JsonObject): value is Readonly<Record<string, string>> {
  return Object.values(value).every((item) => typeof item === "string");
}
