import { readFileSync } from "node:fs";
import { CommandFailure } from "../durable/command-failure";

/** Reads a file that npm takes for JSON; undefined when there is none. Throws CommandFailure when it holds no object. */
export function readJsonObject(file: string): Readonly<Record<string, unknown>> | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, as for any other value.
  }
  throw new CommandFailure(`${file} holds no JSON object. Correct it.`);
}
