import type {
  Completion,
  HistoryEvent,
  InspectedKind,
  InspectedTask,
  Inspection,
  OrchestratorAction,
} from "@durable-host/engine";
import { httpUrl } from "../../call-http/http-messages";
import { CallPositions } from "./call-positions";
import type { SdkAction, SdkExecutor, SdkOrchestrationContext, SdkTask } from "./sdk-executor";
import type { SessionObserver } from "./session-observer";
import type { SourcePositions } from "./source-positions";

interface Call {
  readonly action: SdkAction;
  readonly subject: CallSubject;
  readonly ids: number[];
}

type CallSubject = Pick<InspectedTask, "kind" | "name" | "operation" | "fireAt">;

/** Collects what an orchestration's code has called, where, and what it stands at (engine port `Inspection`). */
export class OrchestrationInspection implements SessionObserver {
  readonly #positions: CallPositions;
  readonly #calls = new Map<SdkAction, Call>();
  readonly #byId = new Map<number, Call>();
  #executor: SdkExecutor | undefined;

  constructor(source: SourcePositions) {
    this.#positions = new CallPositions(source);
  }

  onContext({ taskOrchestratorExecutor }: SdkOrchestrationContext): void {
    this.#executor = taskOrchestratorExecutor;
    this.#positions.watch(taskOrchestratorExecutor);
  }

  onAsked(action: SdkAction, asked: readonly OrchestratorAction[]): void {
    const subject = subjectOf(action);
    if (!subject || this.#calls.has(action)) return;
    const call: Call = { action, subject, ids: [] };
    this.#calls.set(action, call);
    this.#number(call, asked);
  }

  onFollowUp(event: HistoryEvent, actions: readonly OrchestratorAction[]): void {
    const answered =
      "taskScheduledId" in event ? event.taskScheduledId : "timerId" in event ? event.timerId : undefined;
    const call = answered === undefined ? undefined : this.#byId.get(answered);
    if (call) this.#number(call, actions);
  }

  /** What has been found out when the code has run as far as it can. */
  report(completion: Completion | undefined): Inspection {
    const awaited = new Set(completion ? [] : awaitedActions(this.#executor?.currentTask));
    const tasks = [...this.#calls.values()].map(({ action, subject, ids }): InspectedTask => {
      const position = this.#positions.of(action);
      return {
        ...subject,
        ids: [...ids],
        ...(position === undefined ? {} : { position }),
        awaited: awaited.has(action),
      };
    });
    return { tasks, ...(completion ? { completion } : {}) };
  }

  #number(call: Call, actions: readonly OrchestratorAction[]): void {
    for (const { id } of actions) {
      call.ids.push(id);
      this.#byId.set(id, call);
    }
  }
}

/** What a task that is yielded, or its children, still wait for. */
function* awaitedActions(task: SdkTask | undefined): Generator<SdkAction> {
  if (!task || task.hasResult) return;
  const action = task.actionObj;
  if (typeof action !== "object") return;
  if (action.actionType === 11 || action.actionType === 12) {
    for (const child of task.children ?? []) yield* awaitedActions(child);
  } else yield action;
}

function subjectOf(action: SdkAction): CallSubject | undefined {
  switch (action.actionType) {
    case 0:
    case 1:
      return { kind: "Activity", name: action.functionName };
    case 2:
    case 3:
      return { kind: "SubOrchestration", name: action.functionName };
    case 5:
      return { kind: "Timer", name: "", fireAt: action.fireAt.getTime() };
    case 6:
      return { kind: "ExternalEvent", name: action.externalEventName };
    case 7:
      return entity("EntityCall", action);
    case 8:
      return { kind: "Http", name: `${action.httpRequest.method} ${publicPart(action.httpRequest.uri)}` };
    case 9:
    case 10:
      return entity("EntitySignal", action);
    case 13:
      return { kind: "Lock", name: action.lockSet.map(({ name, key }) => `@${name.toLowerCase()}@${key}`).join(", ") };
    case 14:
      return { kind: "LockRelease", name: "" };
    default:
      return undefined;
  }
}

/** Origin and path: the rest of an address, user and query, is where keys are. */
function publicPart(uri: string): string {
  const url = httpUrl(uri);
  return url ? url.origin + url.pathname : "(no URL)";
}

function entity(kind: InspectedKind, action: Extract<SdkAction, { actionType: 7 | 9 | 10 }>): CallSubject {
  return { kind, name: action.instanceId, operation: action.operation };
}
