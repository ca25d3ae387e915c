import type { ActivityWait, CriticalSectionWait, EntitySituation, TimerWait, Wait } from "@durable-host/engine";

/** What one wait is, in one line that goes on from "the instance". `now`: milliseconds since the epoch. */
export function waitText(wait: Wait, now: number): string {
  const unawaited = "awaited" in wait && wait.awaited === false ? ", though the code does not stand at it" : "";
  const text = describe(wait, now) + unawaited;
  return "position" in wait && wait.position !== undefined ? `${text} [${wait.position}]` : text;
}

function describe(wait: Wait, now: number): string {
  switch (wait.type) {
    case "Activity":
      return `waits for ${activityName(wait)}${again(wait.attempt)}, ${activityProgress(wait, now)}`;
    case "Timer":
      return timerText(wait, now);
    case "SubOrchestration": {
      const { name, instanceId, id, attempt, runtimeStatus, since } = wait;
      const status = runtimeStatus === undefined ? "" : `, which is ${spaced(runtimeStatus)}`;
      return `waits for sub-orchestration '${name}' (task ${id})${again(attempt)} with instance id '${instanceId}'${status}, for ${age(since, now)}`;
    }
    case "EntityCall":
      return `waits for operation '${wait.operation}' of entity '${wait.entity}' for ${age(wait.since, now)}${situation(wait.situation)}`;
    case "CriticalSection":
      return criticalSectionText(wait, now);
    case "ExternalEvent":
      return `waits for external event '${wait.name}'`;
    case "Messages":
      return `has ${counted(wait.count, "message")} to be processed${wait.since === undefined ? "" : `, the first for ${age(wait.since, now)}`}`;
    case "Start":
      return wait.scheduledFor === undefined
        ? `waits for a free place to begin, for ${age(wait.since, now)}`
        : `begins at ${moment(wait.scheduledFor, now)}`;
    case "Resume":
      return `has been suspended for ${age(wait.since, now)}${wait.reason === null || wait.reason === "" ? "" : `: ${wait.reason}`}`;
    case "Retry":
      return `was given back by a worker and is tried again at ${moment(wait.notBefore, now)}`;
    case "Version":
      return `waits for a host that executes version '${wait.version}': this one is of version '${wait.hostVersion}' with versionMatchStrategy ${wait.strategy}`;
    case "UnknownFunction":
      return `has no function to execute it: the app of this host has no '${wait.name}'`;
    case "Release":
      return `waits for '${wait.lockedBy}' to leave its critical section${wait.since === undefined ? "" : `, for ${age(wait.since, now)}`}`;
  }
}

function activityName({ name, id, http }: ActivityWait): string {
  return http === undefined ? `activity '${name}' (task ${id})` : `HTTP call '${http}' (task ${id})`;
}

function activityProgress({ progress, since }: ActivityWait, now: number): string {
  const times = (progress?.deliveries ?? 0) > 1 ? `, delivered ${progress?.deliveries} times` : "";
  switch (progress?.state) {
    case "running":
      return `running for ${age(progress.lock?.since ?? since, now)}${times}`;
    case "queued": {
      const { notBefore = 0 } = progress;
      return `queued for ${age(since, now)}${times}${notBefore > now ? `, tried again at ${moment(notBefore, now)}` : ""}`;
    }
    case "answered":
      return "whose outcome is to be processed";
    case undefined:
      return `scheduled ${age(since, now)} ago`;
  }
}

function timerText({ fireAt, since, retryOf, id, http }: TimerWait, now: number): string {
  if (http !== undefined) return `waits until ${moment(fireAt, now)} to poll HTTP call '${http}' (timer ${id})`;
  if (retryOf === undefined) return `waits for a timer (${id}) at ${moment(fireAt, now)}`;
  const what = `${retryOf.type === "Activity" ? "activity" : "sub-orchestration"} '${retryOf.name}' (task ${retryOf.id})`;
  const delay = duration(Math.max(0, fireAt - since));
  return `waits until ${moment(fireAt, now)} after attempt ${retryOf.attempt} of ${what} has failed: a retry delay of ${delay}`;
}

function criticalSectionText({ entities, since, heldUpBy, acquired }: CriticalSectionWait, now: number): string {
  const text = `waits to enter the critical section over ${entities.map((entity) => `'${entity}'`).join(", ")} for ${age(since, now)}`;
  if (heldUpBy === undefined) return acquired.length === 0 ? text : `${text}; all of them are locked for it`;
  const { entity, lockedBy } = heldUpBy;
  return lockedBy === undefined
    ? `${text}; the request is on its way to '${entity}'`
    : `${text}; '${entity}' is locked by '${lockedBy}'`;
}

function situation(entity: EntitySituation | undefined): string {
  if (entity === undefined) return "";
  const locked = entity.lockedBy === undefined ? "" : `; the entity is locked by '${entity.lockedBy}'`;
  return entity.queueLength === 0 ? locked : `${locked}; it has ${counted(entity.queueLength, "request")} queued`;
}

function again(attempt: number): string {
  return attempt > 1 ? `, attempt ${attempt}` : "";
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function spaced(status: string): string {
  return status === "NotFound" ? "not there" : status;
}

/** A time with how far away it is. */
export function moment(time: number, now: number): string {
  const distance = time > now ? `in ${duration(time - now)}` : `${duration(now - time)} ago`;
  return `${new Date(time).toISOString()} (${distance})`;
}

/** How long something has lasted; clocks of other machines may be ahead. */
export function age(since: number, now: number): string {
  return duration(Math.max(0, now - since));
}

/** The two largest units, cut off below. */
function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  const seconds = Math.floor(ms / 1_000);
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3_600), Math.floor(seconds / 86_400)];
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min ${seconds % 60} s`;
  if (days === 0) return `${hours} h ${minutes % 60} min`;
  return `${days} d ${hours % 24} h`;
}
