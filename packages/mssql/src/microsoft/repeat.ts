import { hasCode, type Clock } from "@durable-host/engine";
import type { MicrosoftStore } from "./microsoft-store";

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 100;

/**
 * Repeats work that the client does not: a transaction, or a call that has to look first whether it was carried out. The
 * work tells from the number of the attempt (0 first) that an answer may have been lost.
 */
export async function repeatTransient<T>(store: MicrosoftStore, work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!hasCode(error, "STORAGE_TRANSIENT") || attempt + 1 >= ATTEMPTS) throw error;
      await pause(store.clock, Math.random() * FIRST_DELAY_MS * 2 ** attempt);
    }
  }
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(delayMs, resolve));
}
