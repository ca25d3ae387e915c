import { checkExecution } from "./check-execution";
import type { EventFacts, HubContents, InstanceFacts, MessageFacts, TaskFacts, Violation } from "./hub-contents";

const TERMINAL = new Set(["Completed", "Failed", "Terminated", "Canceled"]);

/** What belongs to one instance id, whether there is an instance or not. */
interface Belongings {
  readonly instance: InstanceFacts | undefined;
  readonly history: readonly EventFacts[];
  readonly messages: readonly MessageFacts[];
  readonly tasks: readonly TaskFacts[];
}

/**
 * Judges a hub in which nobody works at the moment: every promise that a store and a dispatcher make about it which can be
 * told from rows alone. An empty list is a clean bill. Not judged: whether a timer that has no message was cancelled, and
 * whose child an open sub-orchestration waits for, because rows do not tell.
 */
export function checkHub(contents: HubContents): readonly Violation[] {
  const ids = new Set([
    ...contents.instances.map(({ instanceId }) => instanceId),
    ...contents.history.map(({ instanceId }) => instanceId),
    ...contents.messages.map(({ instanceId }) => instanceId),
    ...contents.tasks.map(({ instanceId }) => instanceId),
  ]);
  const history = groupById(contents.history);
  const messages = groupById(contents.messages);
  const tasks = groupById(contents.tasks);
  const instances = groupById(contents.instances);
  return [...ids].flatMap((instanceId) => {
    const [instance, ...others] = instances.get(instanceId) ?? [];
    const problems = others.length > 0 ? ["exists more than once"] : [];
    const belongings = {
      instance,
      history: history.get(instanceId) ?? [],
      messages: messages.get(instanceId) ?? [],
      tasks: tasks.get(instanceId) ?? [],
    };
    return [...problems, ...checkInstance(belongings)].map((problem) => ({ instanceId, problem }));
  });
}

function checkInstance({ instance, history, messages, tasks }: Belongings): string[] {
  if (instance === undefined) {
    const rows = history.length + messages.length + tasks.length;
    return [`does not exist, but ${rows} rows belong to it`];
  }
  const { executionId, status } = instance;
  const current = history.filter((event) => event.executionId === executionId);
  const isTerminal = TERMINAL.has(status);
  return [
    ...(current.length < history.length ? ["has history of an execution that it has left behind"] : []),
    ...checkExecution(current),
    ...checkEnd(current, status, isTerminal),
    ...checkQueues(current, { messages, tasks }, instance, isTerminal),
  ];
}

function checkEnd(history: readonly EventFacts[], status: string, isTerminal: boolean): string[] {
  const ends = history.filter(({ type }) => type === "ExecutionCompleted").length;
  if (ends > 1) return [`has completed ${ends} times`];
  // An instance that is terminated before its start ends without a history.
  if (isTerminal && ends === 0 && !(status === "Terminated" && !has(history, "OrchestratorStarted")))
    return [`is ${status} without an end in its history`];
  return !isTerminal && ends === 1 ? [`is ${status} although its history has ended`] : [];
}

function checkQueues(
  history: readonly EventFacts[],
  { messages, tasks }: Pick<Belongings, "messages" | "tasks">,
  { executionId, status }: InstanceFacts,
  isTerminal: boolean,
): string[] {
  if (isTerminal) {
    return [
      ...tasks.map(({ taskId }) => `is ${status} and still has the activity task ${taskId}`),
      ...messages.map((message) => `is ${status} and still has the message ${nameOf(message)}`),
    ];
  }
  const stale = [...tasks, ...messages].filter(
    (item) => item.executionId !== undefined && item.executionId !== executionId,
  );
  const answers = messages.filter(({ type }) => type === "TaskCompleted" || type === "TaskFailed");
  return [
    ...stale.map(({ taskId }) => `holds ${taskId ?? "something"} of an execution that it has left behind`),
    ...repeated(tasks.map(({ taskId }) => taskId)).map((id) => `has the activity task ${id} more than once`),
    ...repeated(messages.map(nameOf).filter((name) => /\d$/.test(name))).map(
      (name) => `has the message ${name} more than once`,
    ),
    ...checkOpenActivities(history, tasks, answers),
  ];
}

/** Every activity that is recorded as scheduled is queued, answered, or its answer waits: one of these, and only one. */
function checkOpenActivities(
  history: readonly EventFacts[],
  tasks: readonly TaskFacts[],
  answers: readonly MessageFacts[],
): string[] {
  const scheduled = idsOf(history, "TaskScheduled");
  const answered = [...idsOf(history, "TaskCompleted"), ...idsOf(history, "TaskFailed")];
  const queued = tasks.map(({ taskId }) => taskId);
  const waiting = answers.map(({ taskId }) => taskId);
  return [
    ...scheduled
      .filter((id) => !answered.includes(id) && !queued.includes(id) && !waiting.includes(id))
      .map((id) => `has lost activity ${id}: neither queued nor answered`),
    ...queued
      .filter((id) => answered.includes(id) || waiting.includes(id))
      .map((id) => `has the activity task ${id} although it was executed`),
    ...[...queued, ...waiting].flatMap((id) =>
      id === undefined || scheduled.includes(id) ? [] : [`has activity ${id} that its history never scheduled`],
    ),
  ];
}

function idsOf(history: readonly EventFacts[], wanted: string): number[] {
  return history.flatMap(({ type, taskId }) => (type === wanted && taskId !== undefined ? [taskId] : []));
}

function has(history: readonly EventFacts[], wanted: string): boolean {
  return history.some(({ type }) => type === wanted);
}

function nameOf({ type, taskId }: MessageFacts): string {
  return taskId === undefined ? type : `${type} ${taskId}`;
}

function repeated<T>(values: readonly T[]): T[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function groupById<T extends { readonly instanceId: string }>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.instanceId);
    if (group === undefined) groups.set(row.instanceId, [row]);
    else group.push(row);
  }
  return groups;
}
