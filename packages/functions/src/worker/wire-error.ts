import type { WireError } from "../wire/messages";
import { toError } from "./system-error";

/** Whatever was thrown, as the host is told of it. */
export function toWireError(thrown: unknown): WireError {
  const { message, stack } = toError(thrown);
  return stack === undefined ? { message } : { message, stack };
}
