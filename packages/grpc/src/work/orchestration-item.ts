import type { Episode } from "@durable-host/engine";
import { requestOf } from "../convert/episode";
import { chunksOf } from "../convert/history-chunks";
import { unsentEpisode } from "../convert/unsent";
import { decodePastEvents, orchestrationWorkItem } from "../proto/encoded-messages";
import type { pb } from "../proto/messages";
import type { ConnectedWorker } from "./connected-worker";
import type { EpisodeEvents } from "./known-histories";
import type { RemoteItem } from "./remote-item";

/** Past events beyond this size go to those who can take them in parts, which other messages do not limit (contract §4.6). */
const STREAM_FROM_BYTES = 1024 * 1024;

type Outcome = Pick<RemoteItem<pb.OrchestratorResponse>, "answered" | "failed">;

/** An episode on its way to a worker. */
export class OrchestrationItem implements RemoteItem<pb.OrchestratorResponse> {
  readonly name: string;
  readonly version: string;
  readonly address: string;
  readonly executionId: string;
  readonly what: string;
  readonly unsent = unsentEpisode;
  readonly answered: (response: pb.OrchestratorResponse) => void;
  readonly failed: (error: Error) => void;
  readonly #episode: Episode;
  readonly #events: EpisodeEvents;
  readonly #isLong: boolean;
  #inline = false;

  constructor(episode: Episode, events: EpisodeEvents, { answered, failed }: Outcome) {
    this.name = episode.name;
    this.version = episode.version;
    this.address = episode.instanceId;
    this.executionId = episode.executionId;
    this.what = `orchestration '${episode.name}', instance '${episode.instanceId}', with its history`;
    this.#episode = episode;
    this.#events = events;
    this.#isLong = events.past.reduce((bytes, event) => bytes + event.length, 0) > STREAM_FROM_BYTES;
    this.answered = answered;
    this.failed = failed;
  }

  message(worker: ConnectedWorker): pb.WorkItem {
    const { past, next } = this.#events;
    const request = requestOf(this.#episode, next);
    if (this.#isLong && worker.streamsHistory && !this.#inline) {
      return orchestrationWorkItem(request.setRequireshistorystreaming(true), []);
    }
    return orchestrationWorkItem(request, past);
  }

  /** A worker has no history and asks for it: from now on it is sent along. */
  sendHistoryAlong(): void {
    this.#inline = true;
  }

  /** For the worker that was told to stream it. */
  historyChunks(): readonly pb.HistoryChunk[] {
    return chunksOf(decodePastEvents(this.#events.past));
  }
}
