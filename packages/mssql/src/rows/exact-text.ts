/** How the database stores text, as far as rows depend on it. */
export interface TextStorage {
  /** The collation of Microsoft's text columns ends in `_UTF8`: every character survives in them. */
  readonly isUtf8: boolean;
}

/** What set-up recommends, and makes. */
export const UTF8: TextStorage = { isUtf8: true };

// eslint-disable-next-line no-control-regex -- ASCII is what every code page shares
const ASCII = /^[\u0000-\u007f]*$/;

/** A UTF-16 surrogate without its other half: it has no UTF-8 form, and the server replaces it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Tells whether a varchar column may lose characters of a text, so that the exact text has to be kept in HostData too
 * (nvarchar, and JSON, which escapes what Unicode cannot pair). Which code page an older collation has is not asked:
 * beyond ASCII nothing is taken for granted.
 */
export function needsExactText(text: string, isUtf8: boolean): boolean {
  return isUtf8 ? LONE_SURROGATE.test(text) : !ASCII.test(text);
}

/** Those of some texts that columns may lose characters of. */
export function exactOnes<K extends string>(
  texts: Readonly<Record<K, string | null>>,
  { isUtf8 }: TextStorage,
): Partial<Record<K, string>> {
  const entries = Object.entries<string | null>(texts).filter(
    ([, text]) => text !== null && needsExactText(text, isUtf8),
  );
  return Object.fromEntries(entries) as Partial<Record<K, string>>;
}

/** A text as far as its column can be trusted with it: empty where characters may be lost. */
export function trusted(text: string, { isUtf8 }: TextStorage): string {
  return needsExactText(text, isUtf8) ? "" : text;
}
