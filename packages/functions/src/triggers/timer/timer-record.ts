import type { RecordStore } from "@durable-host/engine";

/** What the hosts on one store know of a timer. Times are milliseconds since the epoch. */
export interface TimerRecord {
  /** The schedule these times are of. */
  readonly schedule: string;
  /** When it fired last; absent: never. */
  readonly last?: number;
  /** When it is due; absent: never again. */
  readonly next?: number;
  readonly lastUpdated: number;
  /** A run under way. Its host renews the claim; once it has expired, another host runs the timer in its place. */
  readonly run?: { readonly owner: string; readonly until: number };
}

/** A record as it was read, to be changed from. */
export interface KnownTimer {
  readonly record: TimerRecord;
  readonly version: number;
}

/** Where the record of one timer is kept. */
export interface TimerRecords {
  read(): Promise<KnownTimer | undefined>;
  /** Undefined when another host was first. */
  write(record: TimerRecord, from: KnownTimer | undefined): Promise<KnownTimer | undefined>;
}

/** In the store that the hosts share. */
export function sharedTimerRecords(records: RecordStore, functionName: string): TimerRecords {
  const key = `timer:${functionName.toLowerCase()}`;
  return {
    async read() {
      const stored = await records.get(key);
      return stored && { record: JSON.parse(stored.value) as TimerRecord, version: stored.version };
    },
    async write(record, from) {
      const written = await records.put(key, JSON.stringify(record), from?.version);
      return written ? { record, version: (from?.version ?? 0) + 1 } : undefined;
    },
  };
}

/** In this process: for stores that keep no records. Each host then fires, and what was missed while it was down is not known. */
export function ownTimerRecords(): TimerRecords {
  let known: KnownTimer | undefined;
  return {
    read: () => Promise.resolve(known),
    write: (record) => Promise.resolve((known = { record, version: (known?.version ?? 0) + 1 })),
  };
}
