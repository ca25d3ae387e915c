import { byteLength } from "./column-limits";

/*
 * Where HostData is kept when only Microsoft's procedures write. They know no such column, but a payload has a Reason beside
 * its Text, which Microsoft's provider reads of failures only. A failure's details are JSON of which readers take what they
 * know: there HostData is one more member.
 */

/** No reason that a person gives begins like this. */
const MARK = "durable-host:";
const MEMBER = "durableHost";

/** The texts of a payload: what a row's text, reason and HostData are in the two columns. */
export interface ReasonCells {
  readonly text: string | null;
  readonly reason: string | null;
}

/**
 * Text and reason with HostData put away in them. The reason of a failure without details stays as it is, and the HostData
 * of such a row is lost: its time, and characters that its columns lose.
 */
export function withReasonData(text: string | null, reason: string | null, hostData: string | null): ReasonCells {
  if (hostData === null) return { text, reason };
  if (reason === null) return { text, reason: MARK + ascii(hostData) };
  const details = objectOf(text);
  return details ? { text: JSON.stringify({ ...details, [MEMBER]: ascii(hostData) }), reason } : { text, reason };
}

/** Reads what `withReasonData` has put away; other rows are as they were. */
export function splitReasonData(text: string | null, reason: string | null): ReasonCells & { hostData: string | null } {
  if (reason?.startsWith(MARK)) return { text, reason: null, hostData: reason.slice(MARK.length) };
  if (reason !== null && text?.includes(`"${MEMBER}":`)) {
    const { [MEMBER]: hostData, ...details } = objectOf(text) ?? {};
    if (typeof hostData === "string") return { text: JSON.stringify(details), reason, hostData };
  }
  return { text, reason, hostData: null };
}

/** A JSON text with nothing in it that a column of an older collation would lose; other text as it is. */
export function asciiJson(text: string): string {
  if (byteLength(text) === text.length) return text;
  try {
    JSON.parse(text);
    return ascii(text);
  } catch {
    return text;
  }
}

/** A JSON text that `asciiJson` may have written, with the characters themselves again: to JSON they are the same. */
export function withoutEscapes(text: string): string {
  return text.replace(/\\\\|\\u([0-9a-f]{4})/g, (escape: string, code?: string) => {
    const unit = code === undefined ? 0 : Number.parseInt(code, 16);
    return unit > 0x7f ? String.fromCharCode(unit) : escape;
  });
}

/** Beyond ASCII, JSON has characters within strings only, where an escape means the same. */
function ascii(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function objectOf(text: string | null): Record<string, unknown> | undefined {
  if (!text?.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
