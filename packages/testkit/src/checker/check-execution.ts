import type { EventFacts } from "./hub-contents";

/** What schedules something under an id of the execution's own; no id is given twice. */
const SCHEDULING = new Set(["TaskScheduled", "SubOrchestrationInstanceCreated", "TimerCreated", "EventSent"]);

/** What answers what. */
const ANSWERS: Readonly<Record<string, string>> = {
  TaskCompleted: "TaskScheduled",
  TaskFailed: "TaskScheduled",
  SubOrchestrationInstanceCompleted: "SubOrchestrationInstanceCreated",
  SubOrchestrationInstanceFailed: "SubOrchestrationInstanceCreated",
  TimerFired: "TimerCreated",
};

/** Judges the history of one execution, given in any order. Returns what is wrong with it. */
export function checkExecution(events: readonly EventFacts[]): string[] {
  const history = events.toSorted((one, other) => one.sequenceNumber - other.sequenceNumber);
  return [...checkNumbers(history), ...checkEpisodes(history), ...checkStart(history), ...checkAnswers(history)];
}

function checkNumbers(history: readonly EventFacts[]): string[] {
  const wrong = history.findIndex(({ sequenceNumber }, index) => sequenceNumber !== index);
  return wrong === -1 ? [] : [`has event ${history[wrong]?.sequenceNumber} where ${wrong} should be`];
}

/** Episodes do not overlap, none is left open, and nothing happens between them. */
function checkEpisodes(history: readonly EventFacts[]): string[] {
  let isOpen = false;
  for (const { type, sequenceNumber } of history) {
    if (type === "OrchestratorStarted") {
      if (isOpen) return [`begins an episode within an episode at event ${sequenceNumber}`];
      isOpen = true;
    } else if (!isOpen) {
      return [`has ${type} outside of episodes at event ${sequenceNumber}`];
    } else if (type === "OrchestratorCompleted") {
      isOpen = false;
    }
  }
  return isOpen ? ["has an episode without an end"] : [];
}

function checkStart(history: readonly EventFacts[]): string[] {
  if (history.length === 0) return [];
  const starts = history.filter(({ type }) => type === "ExecutionStarted").length;
  return starts === 1 ? [] : [`has started ${starts} times`];
}

function checkAnswers(history: readonly EventFacts[]): string[] {
  const scheduled = new Map<number, string>();
  const answered = new Set<number>();
  const problems: string[] = [];
  for (const { type, taskId } of history) {
    if (taskId === undefined) continue;
    if (SCHEDULING.has(type)) {
      if (scheduled.has(taskId)) problems.push(`schedules ${taskId} twice`);
      scheduled.set(taskId, type);
    } else if (ANSWERS[type] !== undefined) {
      if (scheduled.get(taskId) !== ANSWERS[type]) problems.push(`has ${type} ${taskId} that nothing waited for`);
      if (answered.has(taskId)) problems.push(`is answered ${taskId} twice`);
      answered.add(taskId);
    }
  }
  return problems;
}
