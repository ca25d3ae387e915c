import type { EntityBatch, EntityBatchResult, Episode, EpisodeResult, IdSource } from "@durable-host/engine";
import { pb } from "../proto/messages";
import { batchFailure, entityBatchToOldProto, entityResultFromProto } from "./entity-batch";
import { episodeResultFromProto, episodeToProto } from "./episode";

/**
 * The payloads of orchestrators and entities of `durable-functions` v4: the messages of the protocol as base64 text, whole
 * histories inline, entity batches in their older form (contract §16.2).
 */
export interface FunctionPayloads {
  encodeEpisode(episode: Episode): Promise<string>;
  decodeEpisode(payload: string, episode: Episode): EpisodeResult;
  encodeBatch(batch: EntityBatch): string;
  /** Throws with the SDK's words when it could not execute the batch at all: nothing of it counts. */
  decodeBatch(payload: string): EntityBatchResult;
}

export function createFunctionPayloads(ids: IdSource): FunctionPayloads {
  return {
    encodeEpisode: async (episode) => toText(await episodeToProto(episode)),
    decodeEpisode: (payload, episode) =>
      withTypeInOutput(episodeResultFromProto(pb.OrchestratorResponse.deserializeBinary(toBytes(payload)), episode)),
    encodeBatch: (batch) => toText(entityBatchToOldProto(batch, ids)),
    decodeBatch(payload) {
      const result = pb.EntityBatchResult.deserializeBinary(toBytes(payload));
      const failure = batchFailure(result);
      if (failure !== undefined) throw new Error(`The operations could not be executed: ${failure}`);
      return entityResultFromProto(result);
    },
  };
}

/** The output of a failed instance names the type of the error, too: so people who look at it expect it of a functions app. */
function withTypeInOutput(result: EpisodeResult): EpisodeResult {
  const { completion } = result;
  if (completion?.type !== "Failed" || !completion.failureDetails) return result;
  const { errorType, errorMessage } = completion.failureDetails;
  return { ...result, completion: { ...completion, output: `${errorType}: ${errorMessage}` } };
}

function toText(message: { serializeBinary(): Uint8Array }): string {
  const { buffer, byteOffset, byteLength } = message.serializeBinary();
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function toBytes(payload: string): Uint8Array {
  return Buffer.from(payload, "base64");
}
