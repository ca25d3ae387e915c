import { parseEntityInstanceId, type HistoryEvent, type InstanceState, type TaskHub } from "@durable-host/engine";
import type { Ended } from "./model-instance";
import type { RunInput } from "./program";

/** An instance after the end of a program. */
export interface InstanceOutcome {
  readonly instance: InstanceState;
  readonly run: string;
  readonly history: readonly HistoryEvent[];
}

/** How an instance has ended. */
export type Ending = Omit<Ended, "runtimeStatus"> & Pick<InstanceState, "runtimeStatus">;

/** What running a program came to. */
export interface Outcome {
  readonly instances: readonly InstanceOutcome[];
  readonly entities: Readonly<Record<string, unknown>>;
  readonly commits: number;
  /** How often each attempt of an activity was executed. */
  readonly executions: ReadonlyMap<string, number>;
}

/** Ids of executions, default instance ids and entity requests: made anew by every run. */
const MADE_ANEW = /[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** What `newGuid` makes. */
const NEW_GUID = /[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** The same, and those that are derived from them. */
const ANY_ID = /[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export async function readOutcome(hub: TaskHub, counts: Pick<Outcome, "commits" | "executions">): Promise<Outcome> {
  const { instances: states } = await hub.queryInstances({ kind: "orchestration", top: 10_000 });
  const instances = await Promise.all(
    states.map(async (instance) => ({
      instance,
      run: (JSON.parse(instance.input ?? "null") as RunInput).run,
      history: await hub.readHistory(instance.instanceId),
    })),
  );
  const entities = await hub.queryInstances({ kind: "entity", top: 10_000 });
  const read = entities.instances.map(async ({ instanceId }): Promise<[string, unknown][]> => {
    const id = parseEntityInstanceId(instanceId);
    const entity = id && (await hub.getEntity(id));
    return entity ? [[instanceId, JSON.parse(entity.state ?? "null")]] : [];
  });
  return { instances, entities: Object.fromEntries((await Promise.all(read)).flat()), ...counts };
}

/** How instances have ended, to be compared with what the model says. */
export function endings({ instances }: Pick<Outcome, "instances">): readonly Ending[] {
  return instances.map(({ run, instance: { runtimeStatus, output, customStatus } }) => ({
    run,
    runtimeStatus,
    output: output?.replace(NEW_GUID, "<guid>") ?? null,
    customStatus,
  }));
}

/** An outcome as text lines in which only what the program decides is left, histories included. */
export function comparable({ instances, entities }: Outcome): readonly string[] {
  const lines = instances.map(({ instance, run, history }) => {
    const { instanceId, runtimeStatus, output, customStatus, createdAt, completedAt } = instance;
    const state = { run, instanceId, runtimeStatus, output, customStatus, createdAt, completedAt };
    const events = history.map((event) => JSON.stringify(withoutInput(event)));
    return `${numbered(JSON.stringify(state), MADE_ANEW)}\n${numbered(events.join("\n"), ANY_ID)}`;
  });
  const states = Object.entries(entities).map((entry) => JSON.stringify(entry));
  return [...lines.toSorted(), ...states.toSorted()];
}

/** The input of a program is its source: long, and known. */
function withoutInput(event: HistoryEvent): HistoryEvent {
  return event.type === "ExecutionStarted" ? { ...event, input: null } : event;
}

/** Ids by the order in which they appear. */
function numbered(text: string, ids: RegExp): string {
  const numbers = new Map<string, string>();
  return text.replace(ids, (id) => {
    const number = numbers.get(id) ?? `#${numbers.size + 1}`;
    numbers.set(id, number);
    return number;
  });
}
