import type { Episode } from "@durable-host/engine";
import { HistoryToProto } from "../convert/history";
import { encodePastEvent } from "../proto/encoded-messages";
import type { pb } from "../proto/messages";

interface KnownHistory {
  readonly executionId: string;
  /** The episode that this history came before. */
  readonly episode: number;
  /** How many events of the stored history it has, those included that no worker sees. */
  readonly length: number;
  readonly conversion: HistoryToProto;
  readonly encoded: Uint8Array[];
}

/** The events of an episode as they are sent. */
export interface EpisodeEvents {
  readonly past: readonly Uint8Array[];
  readonly next: pb.HistoryEvent[];
}

/**
 * The histories of active executions as workers see them. What an episode had before it does not change, so the next one
 * needs only what has come since; without it a long orchestration would be encoded as a whole for each of its steps.
 *
 * A history is believed to be a continuation only of the episode that the engine says was committed last in this process;
 * everything else is converted anew.
 */
export class KnownHistories {
  readonly #histories = new Map<string, KnownHistory>();

  async eventsOf(episode: Episode): Promise<EpisodeEvents> {
    const { instanceId, executionId, episode: number, newEvents } = episode;
    const history = await episode.loadPastEvents();
    const known = this.#continued(episode, history.length);
    const conversion = known?.conversion ?? new HistoryToProto("worker");
    const encoded = known?.encoded ?? [];
    for (const event of conversion.convert(history.slice(known?.length ?? 0))) encoded.push(encodePastEvent(event));
    this.#histories.set(instanceId, { executionId, episode: number, length: history.length, conversion, encoded });
    // The new events are past ones next time, so what they answer must then be open still.
    return { past: [...encoded], next: conversion.fork().convert(newEvents) };
  }

  /** The execution has ended, or what is known of it may be wrong. */
  forget(instanceId: string): void {
    this.#histories.delete(instanceId);
  }

  #continued({ instanceId, executionId, resumeAfter }: Episode, length: number): KnownHistory | undefined {
    const known = this.#histories.get(instanceId);
    if (!known || resumeAfter === undefined) return undefined;
    const isBefore = known.executionId === executionId && known.episode === resumeAfter && known.length <= length;
    return isBefore ? known : undefined;
  }
}
