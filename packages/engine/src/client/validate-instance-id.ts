import { DurableHostError } from "../errors";

/** Longest instance id, in characters. */
const MAX_LENGTH = 256;

/** Characters that URLs and stores cannot carry in an id: `/ \ # ?` and control characters (contract §5.2). */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[/\\#?\u0000-\u001f\u007f-\u009f]/;

/** Throws INVALID_INSTANCE_ID for an id under which no orchestration may be started. */
export function validateInstanceId(instanceId: string): void {
  if (instanceId.length === 0 || instanceId.length > MAX_LENGTH) {
    throw invalid(instanceId, `must have between 1 and ${MAX_LENGTH} characters`);
  }
  if (instanceId.startsWith("@")) throw invalid(instanceId, "must not start with '@': such ids belong to entities");
  if (FORBIDDEN.test(instanceId)) throw invalid(instanceId, "must not contain / \\ # ? or control characters");
}

/** Throws INVALID_INSTANCE_ID for a key no entity may have. The key may be empty. */
export function validateEntityKey(key: string): void {
  if (FORBIDDEN.test(key)) throw invalid(key, "must not contain / \\ # ? or control characters", "entity key");
}

function invalid(id: string, rule: string, what = "instance id"): DurableHostError {
  const shown = id.length > 100 ? `${id.slice(0, 100)}…` : id;
  return new DurableHostError("INVALID_INSTANCE_ID", `The ${what} '${shown}' is not valid: it ${rule}.`);
}
