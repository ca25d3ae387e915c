import { waitsOfInstance } from "../decide/explain/circumstances";
import { criticalSectionProgress, entitySituation, explainEntity } from "../decide/explain/entity-situation";
import type { InstanceExplanation, OpenTask, VersionWait, Wait } from "../decide/explain/explanation";
import { awaitedEvents, joinInspection, joinWork } from "../decide/explain/join-tasks";
import { openTasks } from "../decide/explain/open-tasks";
import { executedOrder } from "../decide/executed-order";
import type { EpisodeLimits } from "../decide/finish-episode";
import { isVersionAccepted } from "../decide/match-version";
import type { HistoryEvent } from "../model/history-event";
import type { InstanceState } from "../model/instance";
import { instanceKind, parseEntityInstanceId } from "../model/instance-id";
import { isTerminal } from "../model/runtime-status";
import type { Clock } from "../ports/clock";
import type { Executor, Inspection } from "../ports/executor";
import type { StorageProvider, WorkDescription } from "../ports/storage-provider";

export interface ExplainingParts {
  readonly provider: Pick<StorageProvider, "getInstance" | "readHistory" | "describeWork">;
  readonly clock: Clock;
  readonly executor?: Pick<Executor, "knows" | "inspectOrchestration">;
  readonly versions?: EpisodeLimits["versions"];
  readonly defaultVersion?: string;
}

/** How many of the instances that an instance waits for are looked up; a fan-out may have many thousands. */
const MOST_LOOKED_UP = 100;

/** Longest wait for the code to be replayed: whoever asks what is stuck must not get stuck. */
const INSPECTION_MS = 5_000;

/** Replaying a longer history would keep the app's worker from its work for seconds. */
const MOST_REPLAYED = 10_000;

/** See TaskHub.explain. The parts are read one after another, and the instance may go on meanwhile. */
export async function explainInstance(
  parts: ExplainingParts,
  instanceId: string,
): Promise<InstanceExplanation | undefined> {
  const instance = await parts.provider.getInstance(instanceId);
  if (instance === undefined) return undefined;
  return instanceKind(instanceId) === "entity"
    ? entityExplanation(parts, instance)
    : orchestrationExplanation(parts, instance);
}

async function orchestrationExplanation(parts: ExplainingParts, instance: InstanceState): Promise<InstanceExplanation> {
  const { provider, clock, executor } = parts;
  const { instanceId } = instance;
  const history = isTerminal(instance.runtimeStatus) ? [] : await provider.readHistory(instanceId);
  const { tasks, holds, suspended } = openTasks(history);
  // After the history: what is in there and not here has been answered.
  const work = await provider.describeWork?.(instanceId);
  const version = versionWait(parts, instance);
  const isKnown = executor?.knows("orchestration", instance.name) ?? true;
  const inspection = isKnown && version === undefined ? await inspect(parts, history) : undefined;
  const joined = joinInspection(joinWork(tasks, work), inspection);
  const now = clock.now();
  const waitsFor: readonly Wait[] = [
    ...waitsOfInstance({ instance, now, work, suspended, version, isKnown }),
    ...awaitedEvents(inspection),
    ...(await lookUp(provider, joined)),
  ];
  return {
    ...common(instance, now, work, waitsFor),
    ...(holds && { holds }),
    codeHasEnded: inspection?.completion !== undefined,
  };
}

async function entityExplanation(parts: ExplainingParts, instance: InstanceState): Promise<InstanceExplanation> {
  const { provider, clock, executor } = parts;
  const { instanceId } = instance;
  const work = await provider.describeWork?.(instanceId);
  const name = parseEntityInstanceId(instanceId)?.name ?? instanceId;
  const isKnown = executor?.knows("entity", name) ?? true;
  const { lockedBy } = entitySituation(instance);
  const entity = explainEntity(instance, lockedBy === undefined ? [] : await provider.readHistory(lockedBy));
  const now = clock.now();
  const waits = waitsOfInstance({ instance: { ...instance, name }, now, work, isKnown });
  const { lockedSince: since, queueLength } = entity;
  const release: Wait[] =
    lockedBy === undefined || queueLength === 0
      ? []
      : [{ type: "Release", lockedBy, ...(since !== undefined && { since }) }];
  return { ...common(instance, now, work, [...waits, ...release]), codeHasEnded: false, entity };
}

function common(
  instance: InstanceState,
  at: number,
  work: WorkDescription | undefined,
  waitsFor: readonly Wait[],
): Pick<InstanceExplanation, "at" | "instance" | "waitsFor" | "lock" | "lockKnown"> {
  return { at, instance, waitsFor, lockKnown: work !== undefined, ...(work?.lock && { lock: work.lock }) };
}

/** Only hosts that leave other versions alone make an instance wait; the others fail it or execute it. */
function versionWait(
  { versions, defaultVersion = "" }: ExplainingParts,
  instance: InstanceState,
): VersionWait | undefined {
  const { version } = instance;
  if (versions?.onMismatch !== "Reject" || isVersionAccepted(versions.match, defaultVersion, version)) return undefined;
  return { type: "Version", version, hostVersion: defaultVersion, strategy: versions.match };
}

/** Asks the code; an answer that cannot be had in time is done without. */
async function inspect(
  { executor, clock }: ExplainingParts,
  history: readonly HistoryEvent[],
): Promise<Inspection | undefined> {
  const started = history.find((event) => event.type === "ExecutionStarted");
  if (started === undefined || executor?.inspectOrchestration === undefined) return undefined;
  if (history.length > MOST_REPLAYED) return undefined;
  const abort = new AbortController();
  let cancel = (): void => undefined;
  const outOfTime = new Promise<undefined>((resolve) => {
    cancel = clock.schedule(INSPECTION_MS, () => {
      abort.abort();
      resolve(undefined);
    });
  });
  const episode = {
    ...started.instance,
    name: started.name,
    version: started.version,
    input: started.input,
    ...(started.parent && { parent: started.parent }),
    episode: 0,
    newEvents: [],
    loadPastEvents: async () => executedOrder(history),
  };
  const inspection = executor.inspectOrchestration(episode, abort.signal).catch(() => undefined);
  return Promise.race([inspection, outOfTime]).finally(cancel);
}

/** Adds to open tasks how those fare that they wait for. */
async function lookUp(provider: ExplainingParts["provider"], tasks: readonly OpenTask[]): Promise<readonly OpenTask[]> {
  let left = MOST_LOOKED_UP;
  return Promise.all(
    tasks.map(async (task): Promise<OpenTask> => {
      if (task.type === "Activity" || task.type === "Timer" || left-- <= 0) return task;
      if (task.type === "SubOrchestration") {
        const child = await provider.getInstance(task.instanceId);
        return { ...task, runtimeStatus: child?.runtimeStatus ?? "NotFound" };
      }
      if (task.type === "EntityCall") {
        return { ...task, situation: entitySituation(await provider.getInstance(task.entity)) };
      }
      const entities = await Promise.all(task.entities.map((entity) => provider.getInstance(entity)));
      return criticalSectionProgress(task, entities);
    }),
  );
}
