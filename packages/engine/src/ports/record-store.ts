/** A small text that the hosts of one task hub share, such as what a timer's schedule has come to. */
export interface StoredRecord {
  readonly key: string;
  readonly value: string;
  /** Rises by one with every change. */
  readonly version: number;
}

/**
 * Records beside the instances of a task hub, for what the hosts on one store have to agree on. Writing compares versions,
 * so that of several hosts that act on what they have read, one succeeds. The guarantees P1 and P2 of the store hold.
 */
export interface RecordStore {
  get(key: string): Promise<StoredRecord | undefined>;
  /**
   * Writes a record if its version still is `expectedVersion`; undefined: if there is none yet. Resolves to false when somebody
   * else was first, and to true, too, when the record already is what this call would have made it.
   * Rejects with INVALID_ARGUMENT for a key that `checkRecordKey` refuses.
   */
  put(key: string, value: string, expectedVersion: number | undefined): Promise<boolean>;
  /** Deletes a record, whatever its version; does nothing when there is none. */
  delete(key: string): Promise<void>;
  /** The records whose keys begin with `prefix`, in the order of their keys. */
  list(prefix: string): Promise<readonly StoredRecord[]>;
}
