import type { Metadata } from "@grpc/grpc-js";

/** Why a caller is not let in: the text goes to the caller, so it says nothing of what would have been right. */
export class AccessDenied extends Error {
  /** `unauthenticated`: there is no token that holds; `forbidden`: it holds, but not for this server. */
  readonly reason: "unauthenticated" | "forbidden";

  constructor(reason: AccessDenied["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Decides by the bearer token of a call. Rejects with AccessDenied. */
export type AccessCheck = (token: string) => Promise<void>;

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Lets a call in whose token one of the checks accepts; without checks everybody is let in (contract §1.3).
 * Rejects with AccessDenied, in the words of the last check.
 */
export async function requireAccess(checks: readonly AccessCheck[], metadata: Metadata): Promise<void> {
  if (checks.length === 0) return;
  const token = bearerToken(metadata);
  if (token === undefined) throw new AccessDenied("unauthenticated", "This server asks for a bearer token.");
  let denied: unknown;
  for (const check of checks) {
    try {
      return await check(token);
    } catch (error) {
      denied = error;
    }
  }
  throw denied;
}

function bearerToken(metadata: Metadata): string | undefined {
  const value = metadata.get("authorization")[0];
  return value === undefined ? undefined : BEARER.exec(value.toString().trim())?.[1];
}
