import type { JWTVerifyGetKey } from "jose" with { "resolution-mode": "import" };
import { AccessDenied, type AccessCheck } from "./access-control";

export interface IssuedTokensOptions {
  /** Address of the issuer, as its tokens name it; its keys are found through its OpenID configuration. */
  readonly issuer: string;
  /** What its tokens must be meant for. */
  readonly audience: string;
  /** Gets the JSON document at an address; injected for tests. */
  readonly fetchJson?: (url: string) => Promise<unknown>;
}

/** Difference between the clocks of issuer and server, in seconds, that does no harm. */
const CLOCK_TOLERANCE_S = 60;

/** Errors of `jose` that say the token is good, but for somebody else. */
const FOR_SOMEBODY_ELSE = "ERR_JWT_CLAIM_VALIDATION_FAILED";

/**
 * Accepts signed tokens (JWT) of one issuer for one audience that have not expired. The issuer's keys are fetched when first
 * needed and again when a token names an unknown one, so that the issuer can change them.
 */
export function issuedTokens(options: IssuedTokensOptions): AccessCheck {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (token) => {
    const { jwtVerify } = await import("jose");
    keys ??= openKeys(options);
    try {
      await jwtVerify(token, await keys, {
        issuer: options.issuer,
        audience: options.audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ["exp"],
      });
    } catch (error) {
      throw denied(error);
    }
  };

  async function openKeys(given: IssuedTokensOptions): Promise<JWTVerifyGetKey> {
    try {
      return await findKeys(given);
    } catch (error) {
      // Asked again with the next call.
      keys = undefined;
      throw error;
    }
  }
}

async function findKeys({ issuer, fetchJson = getJson }: IssuedTokensOptions): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet } = await import("jose");
  const document = await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const address =
    typeof document === "object" && document !== null && "jwks_uri" in document ? document.jwks_uri : undefined;
  if (typeof address !== "string") throw new Error(`The OpenID configuration of ${issuer} names no jwks_uri.`);
  return createRemoteJWKSet(new URL(address));
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response.json();
}

function denied(cause: unknown): AccessDenied {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === FOR_SOMEBODY_ELSE) {
    return new AccessDenied("forbidden", "The bearer token is not meant for this server.", { cause });
  }
  return new AccessDenied("unauthenticated", "The bearer token is not valid.", { cause });
}
