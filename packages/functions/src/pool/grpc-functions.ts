import type { EntityBatch, EntityBatchResult, Episode, EpisodeResult, TraceContext } from "@durable-host/engine";
import type { FunctionBindings } from "../bindings/function-bindings";
import type { GenericCall } from "../wire/messages";
import type { DurablePayloadCodec } from "./durable-payload-codec";
import type { WorkerPool } from "./worker-pool";

export interface GrpcFunctionsOptions {
  readonly pool: Pick<WorkerPool, "call">;
  readonly codec: DurablePayloadCodec;
  readonly bindings: FunctionBindings | undefined;
}

/**
 * Runs orchestrators and entities of `durable-functions` v4 as what they are to `@azure/functions`: functions whose trigger
 * hands over a text, and that return one (gRPC contract §16.2).
 */
export class GrpcFunctions {
  readonly #options: GrpcFunctionsOptions;

  constructor(options: GrpcFunctionsOptions) {
    this.#options = options;
  }

  async runEpisode(episode: Episode, invocationId: string, signal: AbortSignal): Promise<EpisodeResult> {
    const { codec } = this.#options;
    const payload = await codec.encodeEpisode(episode);
    signal.throwIfAborted();
    const { name, traceContext } = episode;
    return codec.decodeEpisode(await this.#run(name, payload, { invocationId, traceContext }), episode);
  }

  async runBatch(batch: EntityBatch, invocationId: string, traceContext?: TraceContext): Promise<EntityBatchResult> {
    const { codec } = this.#options;
    const { name } = batch.entity;
    return codec.decodeBatch(await this.#run(name, codec.encodeBatch(batch), { invocationId, traceContext }));
  }

  async #run(name: string, payload: string, head: Pick<GenericCall, "invocationId" | "traceContext">): Promise<string> {
    const { pool, bindings } = this.#options;
    const prepared = await bindings?.prepare(name, () => ({}));
    const call: GenericCall = {
      ...head,
      function: name,
      triggerData: { string: payload },
      triggerMetadata: {},
      ...(prepared && { inputs: prepared.inputs }),
    };
    const { returnValue } = await pool.call("generic", name, call, prepared);
    const answer = returnValue?.["string"];
    if (typeof answer === "string") return answer;
    throw new Error(
      `The function '${name}' returned no payload; register it with df.app.orchestration or df.app.entity of durable-functions 4.x.`,
    );
  }
}
