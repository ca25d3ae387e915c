import {
  wholeTime,
  type InstanceState,
  type Message,
  type OrchestrationCommit,
  type OutboundMessage,
} from "@durable-host/engine";

/*
 * Times are stored in INTEGER columns, which refuse fractions, and NaN would become NULL, which means "at once". So every
 * operation brings its times through here before its first statement. What is whole already is returned as it is.
 */

/** @throws DurableHostError INVALID_ARGUMENT */
export function withWholeTimes(state: InstanceState): InstanceState {
  const { instanceId, createdAt, lastUpdatedAt, completedAt } = state;
  const created = wholeTime(createdAt, `The time of creation of ${instanceId}`);
  const updated = wholeTime(lastUpdatedAt, `The time of the last update of ${instanceId}`);
  const completed =
    completedAt === undefined ? undefined : wholeTime(completedAt, `The time of the end of ${instanceId}`);
  if (created === createdAt && updated === lastUpdatedAt && completed === completedAt) return state;
  return {
    ...state,
    createdAt: created,
    lastUpdatedAt: updated,
    ...(completed !== undefined && { completedAt: completed }),
  };
}

/** Also gives a start the due time that its schedule says. @throws DurableHostError INVALID_ARGUMENT */
export function messageWithWholeTimes(message: OutboundMessage): OutboundMessage {
  const { instanceId, seed, event } = message;
  const due = dueTime(message);
  const dueAt = due === undefined ? undefined : wholeTime(due, `The due time of ${event.type} for ${instanceId}`);
  const createdAt = seed && wholeTime(seed.createdAt, `The time of creation of ${instanceId}`);
  if (dueAt === message.dueAt && createdAt === seed?.createdAt) return message;
  return {
    ...message,
    ...(dueAt !== undefined && { dueAt }),
    ...(seed !== undefined && createdAt !== undefined && { seed: { ...seed, createdAt } }),
  };
}

/** @throws DurableHostError INVALID_ARGUMENT */
export function commitWithWholeTimes(commit: OrchestrationCommit): OrchestrationCommit {
  const { instance, timers, messages } = commit;
  return {
    ...commit,
    instance: instance && withWholeTimes(instance),
    timers: timers.map(({ timerId, fireAt }) => ({
      timerId,
      fireAt: wholeTime(fireAt, `The time of timer ${timerId}`),
    })),
    messages: messages.map(messageWithWholeTimes),
  };
}

function dueTime({ dueAt, event }: Message): number | undefined {
  return dueAt ?? (event.type === "ExecutionStarted" ? event.scheduledStartTime : undefined);
}
