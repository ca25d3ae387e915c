import type { InstanceState } from "@durable-host/engine";
import type { InstanceRecord } from "./instance-record";

/** Rough size of a record with a small state, texts not counted. */
const BASE_BYTES = 600;

/**
 * Bounds the memory that instance states take: the ones used longest ago are dropped first and are then read from the
 * table when needed. Records that nothing is pending for go with their state.
 */
export class StateCache {
  // Sets keep insertion order, so the first record is the one used longest ago.
  private readonly records = new Set<InstanceRecord>();
  private bytes = 0;

  constructor(
    private readonly limit: number,
    private readonly onEvicted: (record: InstanceRecord) => void,
  ) {}

  /** Sets the state of a record and counts this as use. */
  put(record: InstanceRecord, state: InstanceState, historyLength: number): void {
    this.drop(record);
    record.state = state;
    record.historyLength = historyLength;
    record.executionId = state.executionId;
    record.status = state.runtimeStatus;
    record.stateBytes = BASE_BYTES + textBytes(state.input) + textBytes(state.output) + textBytes(state.customStatus);
    this.bytes += record.stateBytes;
    this.records.add(record);
    this.evict();
  }

  /** Forgets the state of a record. */
  drop(record: InstanceRecord): void {
    if (!this.records.delete(record)) return;
    this.bytes -= record.stateBytes;
    record.state = undefined;
  }

  private evict(): void {
    for (const record of this.records) {
      if (this.bytes <= this.limit) return;
      this.drop(record);
      this.onEvicted(record);
    }
  }
}

function textBytes(text: string | null): number {
  return text === null ? 0 : text.length * 2;
}
