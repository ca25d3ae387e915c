/** One row of Payloads to be inserted: a text under the instance that owns it. */
export interface PayloadRow {
  readonly instanceId: string;
  /** A GUID with dashes. */
  readonly payloadId: string;
  readonly text: string | null;
  readonly reason: string | null;
  readonly hostData: string | null;
}

/** What a payload holds. */
export interface PayloadCells {
  readonly text: string | null;
  readonly reason?: string | null;
  readonly hostData?: string | null;
}

/** Gathers the payloads of one call while the rows that refer to them are built. */
export class NewPayloads {
  readonly rows: PayloadRow[] = [];
  readonly #newGuid: () => string;

  /** @param newGuid makes ids that no payload has had, as GUIDs with dashes */
  constructor(newGuid: () => string) {
    this.#newGuid = newGuid;
  }

  /** Stores what there is to store; returns the payload's id, or null when there is nothing. */
  add(instanceId: string, { text, reason = null, hostData = null }: PayloadCells): string | null {
    if (text === null && reason === null && hostData === null) return null;
    const payloadId = this.#newGuid();
    this.rows.push({ instanceId, payloadId, text, reason, hostData });
    return payloadId;
  }
}
