import { errorText } from "@durable-host/engine";
import type { TokenCredential } from "@azure/identity";

/** Finds a bearer token for a resource. Rejects, in words for the app's author, when there is none. */
export type TokenProvider = (resource: string) => Promise<string>;

/** Resources that Azure knows as scopes only with this ending (contract §2.5, callHttp). */
const NEEDS_DEFAULT = /^https:\/\/(?:management\.core\.windows\.net|graph\.microsoft\.com)\/?$/;

/** The scope that a token is asked for. */
export function scopeOf(resource: string): string {
  return NEEDS_DEFAULT.test(resource) ? `${resource.replace(/\/$/, "")}/.default` : resource;
}

/**
 * Tokens of the identity that this host has in Azure: managed identity, workload identity, environment, or the developer's
 * own sign-in. The library is loaded with the first token, as few apps need it and all would wait for it.
 */
export function azureTokens(): TokenProvider {
  let credential: Promise<TokenCredential> | undefined;
  return async (resource) => {
    credential ??= import("@azure/identity").then(({ DefaultAzureCredential }) => new DefaultAzureCredential());
    try {
      const { token } = (await (await credential).getToken(scopeOf(resource))) ?? {};
      if (token) return token;
      throw new Error("the identity was given none");
    } catch (error) {
      const cause = errorText(error);
      throw new Error(`No token for '${resource}' can be had with the Azure identity of this host: ${cause}`, {
        cause: error,
      });
    }
  };
}
