import { pb } from "../proto/messages";

/** An answer that comes in several messages (contract §4.7). */
export class PartialResponse {
  #parts: pb.OrchestratorResponse[] = [];

  /** Takes the next part; one that comes again takes the place of itself. */
  add(part: pb.OrchestratorResponse): void {
    const index = part.getChunkindex()?.getValue() ?? this.#parts.length;
    this.#parts = [...this.#parts.slice(0, index), part];
  }

  /**
   * Joins the parts with the last one: the actions of all; the number of events and the span from the first, for the others
   * say 0 and nothing; the newest custom status.
   */
  join(last: pb.OrchestratorResponse): pb.OrchestratorResponse {
    const parts = [...this.#parts, last];
    const [first = last] = parts;
    const status = parts.map((part) => part.getCustomstatus()).findLast((found) => found !== undefined);
    return new pb.OrchestratorResponse()
      .setInstanceid(last.getInstanceid())
      .setActionsList(parts.flatMap((part) => part.getActionsList()))
      .setCustomstatus(status)
      .setCompletiontoken(last.getCompletiontoken())
      .setNumeventsprocessed(first.getNumeventsprocessed())
      .setOrchestrationtracecontext(first.getOrchestrationtracecontext())
      .setRequireshistory(last.getRequireshistory());
  }
}
