import { createHash, timingSafeEqual } from "node:crypto";
import type { HostRequest } from "../http/types";
import type { HostKeys } from "./host-keys";

/** What a request wants to use, and so which keys open it (functions-host contract §3.3). */
export type KeyScope =
  | { readonly type: "admin" }
  | { readonly type: "webhook"; readonly systemKey: string }
  | { readonly type: "function"; readonly name: string };

/** Tells whether a request presents a key that opens a scope. */
export type KeyCheck = (request: Pick<HostRequest, "headers" | "url">, scope: KeyScope) => boolean | Promise<boolean>;

/** Tells whether a key opens a scope. */
export function opens(keys: HostKeys, key: string, scope: KeyScope): boolean {
  if (isSame(key, keys.master)) return true;
  switch (scope.type) {
    case "admin":
      return false;
    case "webhook":
      return isOneOf(key, [keys.systems.get(scope.systemKey)]);
    case "function":
      return isOneOf(key, [
        ...keys.functions.values(),
        ...(keys.perFunction.get(scope.name.toLowerCase())?.values() ?? []),
      ]);
  }
}

function isOneOf(key: string, candidates: readonly (string | undefined)[]): boolean {
  return candidates.some((candidate) => candidate !== undefined && isSame(key, candidate));
}

/** Takes the same time wherever two keys differ; hashes, because lengths must not tell anything either. */
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
