import { configInvalid } from "./connection-config-error";
import type { ConnectionKeyword } from "./connection-keywords";

/** Reads a yes or no. `name` is how people write the keyword; the value itself is never repeated to them. */
export function readBoolean(
  values: ReadonlyMap<ConnectionKeyword, string>,
  keyword: ConnectionKeyword,
  name: string,
  fallback: boolean,
): boolean {
  const value = (values.get(keyword) ?? "").toLowerCase();
  if (value === "") return fallback;
  if (["true", "yes", "1"].includes(value)) return true;
  if (["false", "no", "0"].includes(value)) return false;
  throw configInvalid(`${name} must be true or false.`);
}

/** Reads a whole number within limits. */
export function readInteger(
  values: ReadonlyMap<ConnectionKeyword, string>,
  keyword: ConnectionKeyword,
  name: string,
  fallback: number,
  smallest: number,
  largest: number,
): number {
  const value = values.get(keyword) ?? "";
  if (value === "") return fallback;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : -1;
  if (number < smallest || number > largest) {
    throw configInvalid(`${name} must be a whole number from ${smallest} to ${largest}.`);
  }
  return number;
}
