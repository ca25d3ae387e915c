import { hasCode, type DurableHostError, type Logger } from "@durable-host/engine";

/** How long work whose rows cannot be read is left alone: it is no use to try often, but somebody may repair it. */
export const UNREADABLE_DELAY_MS = 60_000;

/** Locked work that cannot be handed out. */
export interface Unreadable<Owner> {
  readonly owner: Owner;
  readonly error: DurableHostError;
}

/** What `load` returns; nothing if its rows are unreadable, in which case the owner is put aside for the others to go on. */
export function loadOrSetAside<Owner, Item>(
  unreadable: Unreadable<Owner>[],
  owner: Owner,
  load: () => readonly Item[],
): readonly Item[] {
  try {
    return load();
  } catch (error) {
    // What the driver throws concerns the whole file, and is not translated yet.
    if (!hasCode(error, "STORE_CORRUPT")) throw error;
    unreadable.push({ owner, error });
    return [];
  }
}

/** Tells people which work is left alone, and why. */
export function reportUnreadable(logger: Logger, instanceId: string, error: DurableHostError): void {
  logger.error(`Work of instance ${instanceId} cannot be read and is left alone. ${error.message}`, {
    instanceId,
    error,
  });
}
