/**
 * The JSON of a value from the app; null where there is none. That is so for undefined, and for functions and symbols,
 * whatever the declared result of JSON.stringify. Throws for what cannot be written (BigInt, a cycle).
 */
export function toJson(value: unknown): string | null {
  const text: string | undefined = JSON.stringify(value);
  return text ?? null;
}
