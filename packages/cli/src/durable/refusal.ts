import { CommandFailure } from "./command-failure";
import { oneLine } from "./output/table";
import type { ManagementAnswer } from "./target/management-target";

/** Puts an answer that is no success into words. `path`: segments below the API's base path. */
export function refusal(answer: ManagementAnswer, path: readonly string[], title: string): CommandFailure {
  return new CommandFailure(describe(answer, path, title));
}

function describe(answer: ManagementAnswer, [collection, name = "", key]: readonly string[], title: string): string {
  const said = message(answer.text);
  switch (answer.status) {
    case 401:
    case 403:
      return `There is no way into ${title} without the right key: give the system key durabletask_extension with --code.`;
    case 404:
      if (said !== undefined) return said;
      if (collection === "instances" && name !== "") {
        return `No instance with ID '${name}' found in ${title}. durable-host durable get-instances lists those there are.`;
      }
      return `Nothing found at ${[collection, name, key].filter(Boolean).join("/")} in ${title}.`;
    case 410:
      return `The instance '${name}' has already ended; durable-host durable get-runtime-status --id ${name} tells how.`;
    default:
      return said ?? `No reason was given: ${title} answered ${answer.status}. Its log may tell more.`;
  }
}

/** Pages of proxies are longer. */
const LONGEST_TEXT = 500;

/** The reason in an error body: upstream's fields, or the text itself. */
function message(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "string") return body;
    if (typeof body !== "object" || body === null) return text;
    for (const field of ["ExceptionMessage", "exceptionMessage", "Message", "message"]) {
      const value: unknown = Reflect.get(body, field);
      if (typeof value === "string" && value !== "") return value;
    }
  } catch {
    // Plain text, as rewind answers.
  }
  return oneLine(text).slice(0, LONGEST_TEXT);
}
