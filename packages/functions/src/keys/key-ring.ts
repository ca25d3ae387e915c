import type { Clock } from "@durable-host/engine";
import { opens, type KeyCheck } from "./check-key";
import type { HostKeys } from "./host-keys";

/** An unknown key makes the host look for new ones, but no caller can make it do so all the time. */
const RELOAD_AFTER_MS = 60_000;

export interface KeyRingOptions {
  /** Reads the keys from where they are kept. */
  readonly read: () => HostKeys;
  readonly clock: Clock;
}

/** The keys that requests have to present, held in memory (functions-host contract §3.3). */
export class KeyRing {
  readonly #options: KeyRingOptions;
  #keys: HostKeys;
  #readAt: number;

  /** Throws what reading the keys throws. */
  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#keys = options.read();
    this.#readAt = options.clock.now();
  }

  /** The key of an extension's webhooks, for links; absent when there is none. */
  systemKey(name: string): string | undefined {
    return this.#keys.systems.get(name);
  }

  /** Tells whether a request carries a key that opens the scope: in `x-functions-key`, else in `code`. */
  readonly admits: KeyCheck = ({ headers, url }, scope) => {
    const key = headers["x-functions-key"] ?? codeOf(url);
    if (key === undefined) return false;
    return opens(this.#keys, key, scope) || (this.#reload() && opens(this.#keys, key, scope));
  };

  #reload(): boolean {
    const { read, clock } = this.#options;
    if (clock.now() - this.#readAt < RELOAD_AFTER_MS) return false;
    this.#readAt = clock.now();
    try {
      this.#keys = read();
    } catch {
      return false; // A key file that somebody is editing: the keys known so far go on to hold.
    }
    return true;
  }
}

/** Query names compare without case. */
function codeOf({ search, searchParams }: URL): string | undefined {
  if (search === "") return undefined;
  for (const [name, value] of searchParams) if (name.toLowerCase() === "code") return value;
  return undefined;
}
