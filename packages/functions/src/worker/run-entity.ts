import type { EntityBatch, EntityBatchResult, EntityOperationResult, EntitySignal } from "@durable-host/engine";
import type { BindingValues, Calls } from "../wire/messages";
import type { FunctionRunner } from "./function-runner";

/** What `durable-functions` returns for a batch (durable contract §3.1). */
interface EntityState {
  readonly results: readonly { readonly isError?: unknown; readonly result?: unknown }[];
  readonly signals: readonly {
    readonly target: { readonly name: string; readonly key: string };
    readonly name: string;
    readonly input?: unknown;
  }[];
  readonly entityExists?: unknown;
  readonly entityState?: unknown;
}

/**
 * Runs the operations of an entity batch. An operation that throws is a result; the batch is rejected, and so retried,
 * when the function gives no result at all (durable contract §3.1).
 */
export async function runEntity(
  runner: FunctionRunner,
  call: Omit<Calls["entity"]["request"], "function">,
  onOutputs: (values: BindingValues) => void,
): Promise<EntityBatchResult> {
  const { batch, invocationId, traceContext } = call;
  const { result, outputs } = await runner.run(batch.entity.name, {
    invocationId,
    triggerData: { json: JSON.stringify(entityPayload(batch)) },
    triggerMetadata: {},
    ...(traceContext && { traceContext }),
  });
  if (outputs.length > 0) onOutputs(outputs);
  if (!isEntityState(result)) {
    throw new Error(
      `Entity function '${batch.entity.name}' returned no entity state; register it with df.app.entity of durable-functions 3.x.`,
    );
  }
  return {
    // More results than operations come from calling `return` twice; the surplus belongs to nobody.
    results: result.results.slice(0, batch.operations.length).map(operationResult),
    signals: result.signals.map(entitySignal),
    exists: result.entityExists === true,
    state: text(result.entityState),
  };
}

function entityPayload(batch: EntityBatch): object {
  const { entity, exists, state, operations } = batch;
  return {
    self: { name: entity.name.toLowerCase(), key: entity.key },
    exists,
    state,
    batch: operations.map(({ name, input, isSignal }) => ({ name, input, isSignal })),
  };
}

function isEntityState(value: unknown): value is EntityState {
  if (typeof value !== "object" || value === null) return false;
  return "results" in value && Array.isArray(value.results) && "signals" in value && Array.isArray(value.signals);
}

function operationResult(result: EntityState["results"][number]): EntityOperationResult {
  return { isError: result.isError === true, result: text(result.result) };
}

function entitySignal({ target, name, input }: EntityState["signals"][number]): EntitySignal {
  return { target: { name: target.name, key: target.key }, name, input: text(input) };
}

/** JSON text; the SDK writes an absent one as "" or leaves it out. */
function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
