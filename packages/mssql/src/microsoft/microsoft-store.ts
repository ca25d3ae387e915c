import type { CallOptions, CallResult, SqlParameter, TransactionClient } from "../connection/sql-client";
import { SqlError } from "../connection/sql-error";
import type { SchemaFeatures, TableContext } from "../rows/microsoft-tables";
import { translated, type Store } from "../store";
import type { HeldLocks } from "./held-locks";
import type { OtherKind } from "./other-kind";

/** A store of which only Microsoft's procedures are there. */
export interface MicrosoftStore extends Store {
  readonly features: SchemaFeatures;
  readonly locks: HeldLocks;
  /** What was claimed while looking for another kind. */
  readonly otherKind: OtherKind;
  /** Inputs that only histories have, by execution. */
  readonly startInputs: Map<string, string | null>;
  /** Set when a claim has found something; cleared by each look for work. */
  busy: boolean;
}

/**
 * Calls one of Microsoft's procedures. Which task hub it works on, the connection says.
 * @throws DurableHostError what the client throws, STORAGE_PERMANENT for what nobody foresees
 */
export async function callMicrosoft(
  store: MicrosoftStore,
  procedure: string,
  parameters: readonly SqlParameter[],
  options?: CallOptions,
): Promise<CallResult> {
  try {
    return await callRaw(store, store.client, procedure, parameters, options);
  } catch (error) {
    throw error instanceof SqlError ? translated(error, procedure, store.schema) : error;
  }
}

/** The same, possibly inside a transaction, with errors as the server gives them: their numbers mean something. */
export function callRaw(
  { schema }: MicrosoftStore,
  client: Pick<TransactionClient, "call">,
  procedure: string,
  parameters: readonly SqlParameter[],
  options?: CallOptions,
): Promise<CallResult> {
  return client.call(`${schema}.${procedure}`, parameters, options);
}

export function tableContext({ schema, features, storage, newGuid }: MicrosoftStore): TableContext {
  return { schema, has: features, storage, newGuid };
}

export function instanceParameter(instanceId: string): SqlParameter {
  return { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId };
}
