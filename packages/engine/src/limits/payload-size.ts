import type { JsonText } from "../model/json-text";

/** Bytes a UTF-16 unit takes in UTF-8 at most. */
const MOST_BYTES_PER_UNIT = 3;

/**
 * Says in words that a payload has more bytes (of UTF-8) than the limit, or nothing when it fits. `what` names it, as in
 * "the input of activity 'pay'". Nearly all payloads are far from the limit, and their length alone tells.
 */
export function describeExcess(what: string, payload: JsonText | null | undefined, limit: number): string | undefined {
  if (payload === null || payload === undefined) return undefined;
  if (payload.length * MOST_BYTES_PER_UNIT <= limit) return undefined;
  const bytes = Buffer.byteLength(payload, "utf8");
  if (bytes <= limit) return undefined;
  return (
    `${what} has ${bytes} bytes, and this host takes ${limit}. Keep large data elsewhere and pass a reference to it, ` +
    "or raise maxPayloadSizeInBytes in host.json."
  );
}
