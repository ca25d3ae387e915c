import type { Inspection, InspectedTask } from "../../ports/executor";
import type { WorkDescription } from "../../ports/storage-provider";
import type { ActivityProgress, ExternalEventWait, OpenTask } from "./explanation";

/** Adds to what history leaves open what the store knows: who executes an activity, and which timers were cancelled. */
export function joinWork(tasks: readonly OpenTask[], work: WorkDescription | undefined): readonly OpenTask[] {
  if (work === undefined) return tasks;
  const timers = new Set(work.timers);
  const activities = new Map(work.activities.map((activity) => [activity.taskId, activity]));
  return tasks.flatMap((task): OpenTask[] => {
    if (task.type === "Timer") return timers.has(task.id) ? [task] : [];
    if (task.type !== "Activity") return [task];
    const activity = activities.get(task.id);
    if (activity === undefined) return [{ ...task, progress: { state: "answered" } }];
    const { deliveries, lock, notBefore } = activity;
    const progress: ActivityProgress = {
      state: lock === undefined ? "queued" : "running",
      deliveries,
      ...(lock && { lock }),
      ...(notBefore !== undefined && { notBefore }),
    };
    return [{ ...task, progress }];
  });
}

/** Adds to open tasks what the code knows: where each is asked for, and whether the code waits for it now. */
export function joinInspection(tasks: readonly OpenTask[], inspection: Inspection | undefined): readonly OpenTask[] {
  if (inspection === undefined) return tasks;
  const byId = new Map<number, InspectedTask>();
  for (const inspected of inspection.tasks) for (const id of inspected.ids) byId.set(id, inspected);
  return tasks.map((task) => {
    const inspected = byId.get(task.id);
    if (inspected === undefined) return task;
    const { position, awaited, kind, name } = inspected;
    return { ...task, awaited, ...(position !== undefined && { position }), ...(kind === "Http" && { http: name }) };
  });
}

/** The external events that the code waits for. */
export function awaitedEvents(inspection: Inspection | undefined): readonly ExternalEventWait[] {
  const events = inspection?.tasks.filter(({ kind, awaited }) => kind === "ExternalEvent" && awaited) ?? [];
  return events.map(({ name, position }) => ({
    type: "ExternalEvent",
    name,
    ...(position !== undefined && { position }),
  }));
}
