import type { BegunEpisode } from "../decide/begin-episode";
import { noteScheduled, scheduledIn, takeAnswered, type ScheduledEvents } from "../decide/scheduled-events";
import type { HistoryEvent } from "../model/history-event";
import { isTerminal } from "../model/runtime-status";
import type { TraceContext } from "../model/trace-context";
import type { OrchestrationCommit } from "../ports/storage-provider";
import type { AnsweredEvent, TracedExecution, WorkTracer } from "../ports/work-tracer";

/** What tracing knows of an execution that is being executed. Like its state it belongs to one work item at a time. */
export class EpisodeTrace {
  readonly scheduled: ScheduledEvents;
  readonly #tracer: WorkTracer;

  /** @param history of the execution before the episode, unless what it leaves open is known */
  constructor(tracer: WorkTracer, history: readonly HistoryEvent[], scheduled = scheduledIn(history)) {
    this.#tracer = tracer;
    this.scheduled = scheduled;
  }

  /** For the code of the orchestrator. */
  contextOf(begun: BegunEpisode): TraceContext | undefined {
    const execution = tracedExecution(begun);
    return execution && this.#tracer.executionContext(execution);
  }

  /** For what the code asks for in an episode that ends at this time. */
  contextsOf(begun: BegunEpisode, now: number): ((eventId: number) => TraceContext) | undefined {
    const execution = tracedExecution(begun);
    return execution && ((eventId) => this.#tracer.scheduledContext(execution, eventId, now));
  }

  /** The commit is saved: tells the tracer what it has brought, and keeps what it leaves open. */
  saved(begun: BegunEpisode, { instance, history, messages }: OrchestrationCommit, savedAt: number): void {
    const execution = tracedExecution(begun);
    if (!execution) return;
    const answered = begun.recorded.flatMap((event): readonly AnsweredEvent[] => {
      const found = takeAnswered(this.scheduled, event);
      return found ? [found] : [];
    });
    const added = history.events.length - (begun.replaced?.length ?? 0);
    for (const event of history.events.slice(-added)) if (added > 0) noteScheduled(this.scheduled, event);
    const continuesAsNew = instance !== undefined && instance.executionId !== execution.started.instance.executionId;
    const hasEnded = continuesAsNew || (instance !== undefined && isTerminal(instance.runtimeStatus));
    const end = {
      instance: continuesAsNew ? undefined : instance,
      unanswered: [...this.scheduled.values()],
    };
    const ends = hasEnded && !begun.late && begun.recorded.length > 0;
    this.#tracer.episodeSaved({ execution, answered, messages, savedAt, ...(ends ? { end } : {}) });
  }
}

function tracedExecution({ state: { started, begunAt } }: BegunEpisode): TracedExecution | undefined {
  return started && begunAt !== undefined ? { started, begunAt } : undefined;
}
