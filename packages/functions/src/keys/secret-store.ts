/** A document of keys as it is stored, and which version of it that is. */
export interface StoredSecrets {
  /** JSON (functions-host contract §3.3, "File shape"). */
  readonly text: string;
  /** Differs after every change; only the store knows what is in it. */
  readonly revision: string;
}

/** Name of the document with the keys of the host; each function that has keys has one under its name in lower case. */
export const HOST_DOCUMENT = "host";

/** Where keys are kept. Several hosts may share one; what one writes the others find at their next look. */
export interface SecretStore {
  /** For people: where that is. */
  readonly place: string;
  /** Documents by name. Rejects with CONFIG_INVALID, or with what a store that cannot be reached rejects with. */
  readAll(): Promise<ReadonlyMap<string, StoredSecrets>>;
  /**
   * Writes a document if it still has the revision; undefined: if there is none yet. Resolves to false when somebody else
   * was first.
   */
  write(name: string, text: string, revision: string | undefined): Promise<boolean>;
}
