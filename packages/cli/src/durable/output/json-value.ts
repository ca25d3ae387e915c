/** A payload as people read it: text as it is, everything else as JSON; nothing for no value. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
