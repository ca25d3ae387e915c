import type { Completion, OrchestratorAction } from "../model/action";
import type { HistoryEvent } from "../model/history-event";
import type { InspectedKind, InspectedTask, Inspection } from "../ports/executor";

/** Something an orchestration has asked for, as far as runs of the same code must agree on it. */
interface Scheduled {
  readonly id: number;
  readonly what: string;
  readonly name: string;
  /** Where an event goes; absent where history does not say. */
  readonly target?: string;
}

/** Where a replay and history part. */
export interface NonDeterminism {
  /** What history says. */
  readonly expected: Scheduled;
  /** What the replayed code has asked for in its place; absent: nothing. */
  readonly found?: Scheduled;
}

/**
 * Compares what a replay asked for with what history says the earlier run asked for.
 * Returns what differs first, or undefined. Names are compared without regard to case (contract §2.4).
 */
export function findNonDeterminism(
  history: readonly HistoryEvent[],
  actions: readonly OrchestratorAction[],
): NonDeterminism | undefined {
  const replayed = new Map(actions.map((action) => [action.id, describeAction(action)]));
  for (const event of history) {
    const expected = describeEvent(event);
    if (!expected) continue;
    const found = replayed.get(expected.id);
    if (found && isSame(expected, found)) continue;
    return found ? { expected, found } : { expected };
  }
  return undefined;
}

/** Histories that another runtime has written do not say where events went. */
function isSame(expected: Scheduled, found: Scheduled): boolean {
  const isSameText = (one: string, other = ""): boolean => one.toLowerCase() === other.toLowerCase();
  return (
    found.what === expected.what &&
    isSameText(expected.name, found.name) &&
    (expected.target === undefined || isSameText(expected.target, found.target))
  );
}

/**
 * Says in words for the author of the orchestrator what differs: what was expected at which position, and what the code
 * did instead. `inspection` adds where in the source that is.
 */
export function describeNonDeterminism(
  { expected, found }: NonDeterminism,
  completion: Completion | undefined,
  inspection?: Inspection,
): string {
  const now = found
    ? `it asked for ${label(found)} at that position${placeOf(found, inspection)}`
    : `it asked for nothing at that position: ${whatInstead(completion, inspection)}`;
  return (
    `Non-deterministic orchestrator: A previous execution of this orchestration scheduled ${label(expected)} ` +
    `with sequence ID ${expected.id}, but when its code was replayed ${now}. ` +
    "Was the code changed while instances of it were running, or does it depend on something that is not in its history " +
    "(time, random numbers, environment, I/O)?"
  );
}

function label({ what, name, target }: Scheduled): string {
  const whole = target === undefined ? name : `${name} to ${target}`;
  return whole ? `${what} named '${whole}'` : what;
}

function placeOf({ id }: Scheduled, inspection: Inspection | undefined): string {
  const position = inspection?.tasks.find((task) => task.ids.includes(id))?.position;
  return position === undefined ? "" : ` (${position})`;
}

function whatInstead(completion: Completion | undefined, inspection: Inspection | undefined): string {
  switch (completion?.type) {
    case "Completed":
      return "it had completed";
    case "ContinuedAsNew":
      return "it had continued as new";
    case "Failed":
      return `it had failed (${completion.output})`;
    case "Terminated":
    case "Canceled":
      return `it had ended as ${completion.type}`;
    case undefined:
      return waitsFor(inspection?.tasks.filter((task) => task.awaited) ?? []);
  }
}

/** More than these would make a message that nobody reads. */
const MOST_NAMED = 3;

function waitsFor(tasks: readonly InspectedTask[]): string {
  if (tasks.length === 0) return "it waited for something else";
  const named = tasks.slice(0, MOST_NAMED).map(describeTask);
  if (tasks.length > MOST_NAMED) named.push(`${tasks.length - MOST_NAMED} more`);
  return `it waited for ${named.join(", ")}`;
}

const KINDS: Readonly<Record<InspectedKind, string>> = {
  Activity: "the activity",
  SubOrchestration: "the sub-orchestration",
  Timer: "a timer",
  ExternalEvent: "the external event",
  EntityCall: "the entity",
  EntitySignal: "a signal to the entity",
  Lock: "the lock of",
  LockRelease: "the release of a lock",
  Http: "the HTTP call",
};

function describeTask({ kind, name, position }: InspectedTask): string {
  const subject = name === "" ? KINDS[kind] : `${KINDS[kind]} '${name}'`;
  return position === undefined ? subject : `${subject} (${position})`;
}

function describeEvent(event: HistoryEvent): Scheduled | undefined {
  switch (event.type) {
    case "TaskScheduled":
      return { id: event.eventId, what: "an activity task", name: event.name };
    case "TimerCreated":
      return { id: event.eventId, what: "a timer task", name: "" };
    case "SubOrchestrationCreated":
      return { id: event.eventId, what: "a sub-orchestration task", name: event.name };
    case "EventSent":
      return {
        id: event.eventId,
        what: "an event",
        name: event.name,
        ...(event.instanceId !== "" && { target: event.instanceId }),
      };
    default:
      return undefined;
  }
}

function describeAction(action: OrchestratorAction): Scheduled {
  switch (action.type) {
    case "ScheduleActivity":
      return { id: action.id, what: "an activity task", name: action.name };
    case "CreateTimer":
      return { id: action.id, what: "a timer task", name: "" };
    case "CreateSubOrchestration":
      return { id: action.id, what: "a sub-orchestration task", name: action.name };
    case "SendEvent":
      return { id: action.id, what: "an event", name: action.name, target: action.instanceId };
    case "TerminateOrchestration":
      return { id: action.id, what: "a termination", name: action.instanceId };
  }
}
