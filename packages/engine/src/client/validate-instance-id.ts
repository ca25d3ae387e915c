import { DurableHostError } from "../errors";

/** Longest instance id, in characters. */
const MAX_LENGTH = 256;

/** Characters that URLs and stores cannot carry in an id: `/ \ # ?` and control characters (contract §5.2). */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[/\\#?\u0000-\u001f\u007f-\u009f]/;

/** Which characters ids have: those that URLs carry as they are, or all that can be printed (scheduler contract §8.1). */
export type IdCharacters = "UrlSafe" | "Printable";

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]/;

/** Throws INVALID_INSTANCE_ID for an id under which no orchestration may be started. */
export function validateInstanceId(instanceId: string, characters: IdCharacters = "UrlSafe"): void {
  if (instanceId.length === 0 || instanceId.length > MAX_LENGTH) {
    throw invalid(instanceId, `must have between 1 and ${MAX_LENGTH} characters`);
  }
  if (instanceId.startsWith("@")) throw invalid(instanceId, "must not start with '@': such ids belong to entities");
  validateCharacters(instanceId, characters, "instance id");
}

/** Throws INVALID_INSTANCE_ID for a key no entity may have. The key may be empty. */
export function validateEntityKey(key: string, characters: IdCharacters = "UrlSafe"): void {
  validateCharacters(key, characters, "entity key");
}

function validateCharacters(id: string, characters: IdCharacters, what: string): void {
  if (characters === "Printable" && UNPRINTABLE.test(id))
    throw invalid(id, "must not contain control characters", what);
  if (characters === "UrlSafe" && FORBIDDEN.test(id)) {
    throw invalid(id, "must not contain / \\ # ? or control characters", what);
  }
}

function invalid(id: string, rule: string, what = "instance id"): DurableHostError {
  const shown = id.length > 100 ? `${id.slice(0, 100)}…` : id;
  return new DurableHostError("INVALID_INSTANCE_ID", `The ${what} '${shown}' is not valid: it ${rule}.`);
}
