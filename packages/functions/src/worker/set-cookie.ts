/** A cookie of an HTTP response as `@azure/functions` declares it. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain?: string;
  readonly path?: string;
  readonly expires?: Date | number;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: "Strict" | "Lax" | "None" | undefined;
  readonly maxAge?: number;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** Value of a `Set-Cookie` header. The path defaults to `/`, as in the official host (contract §2.5). */
export function setCookieValue(cookie: Cookie): string {
  if (!TOKEN.test(cookie.name)) throw new TypeError(`"${cookie.name}" is no valid name of a cookie.`);
  const parts = [`${cookie.name}=${encodeURIComponent(cookie.value)}`];
  if (cookie.maxAge !== undefined) parts.push(`Max-Age=${Math.floor(cookie.maxAge)}`);
  if (cookie.domain !== undefined) parts.push(`Domain=${attribute(cookie.domain)}`);
  parts.push(`Path=${attribute(cookie.path ?? "/")}`);
  if (cookie.expires !== undefined) parts.push(`Expires=${new Date(cookie.expires).toUTCString()}`);
  if (cookie.httpOnly === true) parts.push("HttpOnly");
  if (cookie.secure === true) parts.push("Secure");
  if (cookie.sameSite !== undefined) parts.push(`SameSite=${cookie.sameSite}`);
  return parts.join("; ");
}

/** A `;` or a line end would begin an attribute or a header of its own. */
function attribute(value: string): string {
  if (/[;\r\n]/.test(value)) throw new TypeError(`"${value}" is no valid attribute of a cookie.`);
  return value;
}
