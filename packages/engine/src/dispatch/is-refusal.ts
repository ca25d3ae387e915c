import { hasCode, type DurableHostError } from "../errors";

/** What the store cannot hold, now and whenever it is tried again: an id or a name that is too long for it. */
export function isRefusal(error: unknown): error is DurableHostError {
  return hasCode(error, "INVALID_ARGUMENT") || hasCode(error, "INVALID_INSTANCE_ID");
}
