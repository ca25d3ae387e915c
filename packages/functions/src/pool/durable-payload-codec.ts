import type { EntityBatch, EntityBatchResult, Episode, EpisodeResult } from "@durable-host/engine";

/**
 * What orchestrators and entities of `durable-functions` v4 get and answer: protobuf messages as base64 text (gRPC contract
 * §16.2). Activities get and answer JSON, as they always have.
 */
export interface DurablePayloadCodec {
  /** With the whole history: such a function keeps nothing between episodes. */
  encodeEpisode(episode: Episode): Promise<string>;
  decodeEpisode(payload: string, episode: Episode): EpisodeResult;
  encodeBatch(batch: EntityBatch): string;
  /** Throws with what the app's library says when it could not execute the batch at all: it is to be tried again. */
  decodeBatch(payload: string): EntityBatchResult;
}

/** What an app on `durable-functions` v4 needs of its host. */
export interface GrpcSupport {
  readonly codec: DurablePayloadCodec;
  /** Value of its durable client bindings (gRPC contract §16.3). */
  readonly clientInput: object;
}
