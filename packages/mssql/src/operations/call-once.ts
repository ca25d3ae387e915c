import type { CallResult, SqlParameter } from "../connection/sql-client";
import { callHost, type Store } from "../store";

/**
 * Calls a procedure that remembers its calls, so that one that is repeated because its answer was lost takes effect once,
 * also when what it did has been consumed, replaced or deleted meanwhile.
 */
export async function callOnce(
  store: Store,
  procedure: string,
  parameters: readonly SqlParameter[],
): Promise<CallResult> {
  const { callLines, owner } = store;
  const line = callLines.take();
  try {
    return await callHost(store, procedure, [
      { name: "Caller", type: "nvarchar", length: 100, value: `${owner}/${line.number}` },
      { name: "Call", type: "bigint", value: line.nextCall() },
      ...parameters,
    ]);
  } finally {
    callLines.giveBack(line);
  }
}
