import type { Episode } from "@durable-host/engine";
import { chunksOf } from "../convert/history-chunks";
import { pb } from "../proto/messages";
import type { ConnectedWorker } from "./connected-worker";
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
  readonly answered: (response: pb.OrchestratorResponse) => void;
  readonly failed: (error: Error) => void;
  readonly #request: pb.OrchestratorRequest;
  #isLong: boolean | undefined;
  #inline = false;

  constructor(episode: Episode, request: pb.OrchestratorRequest, { answered, failed }: Outcome) {
    this.name = episode.name;
    this.version = episode.version;
    this.address = episode.instanceId;
    this.executionId = episode.executionId;
    this.#request = request;
    this.answered = answered;
    this.failed = failed;
  }

  message(worker: ConnectedWorker): pb.WorkItem {
    const streamed = worker.streamsHistory && !this.#inline && this.#hasLongHistory();
    return new pb.WorkItem().setOrchestratorrequest(streamed ? this.#withoutHistory() : this.#request);
  }

  /** A worker has no history and asks for it: from now on it is sent along. */
  sendHistoryAlong(): void {
    this.#inline = true;
  }

  /** For the worker that was told to stream it. */
  historyChunks(): readonly pb.HistoryChunk[] {
    return chunksOf(this.#request.getPasteventsList());
  }

  #hasLongHistory(): boolean {
    if (this.#isLong === undefined) {
      let bytes = 0;
      this.#isLong = this.#request
        .getPasteventsList()
        .some((event) => (bytes += event.serializeBinary().length) > STREAM_FROM_BYTES);
    }
    return this.#isLong;
  }

  #withoutHistory(): pb.OrchestratorRequest {
    const whole = this.#request;
    return new pb.OrchestratorRequest()
      .setInstanceid(whole.getInstanceid())
      .setExecutionid(whole.getExecutionid())
      .setNeweventsList(whole.getNeweventsList())
      .setEntityparameters(whole.getEntityparameters())
      .setOrchestrationtracecontext(whole.getOrchestrationtracecontext())
      .setRequireshistorystreaming(true);
  }
}
