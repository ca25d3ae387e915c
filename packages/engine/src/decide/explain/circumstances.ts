import type { InstanceState } from "../../model/instance";
import { instanceKind } from "../../model/instance-id";
import { isTerminal } from "../../model/runtime-status";
import type { WorkDescription } from "../../ports/storage-provider";
import type { ResumeWait, StartWait, VersionWait, Wait } from "./explanation";

/** What is known of an instance besides its open tasks. */
export interface Circumstances {
  readonly instance: InstanceState;
  readonly now: number;
  readonly work: WorkDescription | undefined;
  readonly suspended?: ResumeWait | undefined;
  /** Present when this host does not execute its version. */
  readonly version?: VersionWait | undefined;
  /** The app has the function that executes it. */
  readonly isKnown: boolean;
}

/** What keeps an instance as a whole from going on. */
export function waitsOfInstance(circumstances: Circumstances): readonly Wait[] {
  const { instance, now, work, suspended, version, isKnown } = circumstances;
  const ended = isTerminal(instance.runtimeStatus);
  // Entities have no start: they begin with whatever arrives first.
  const pending = instance.runtimeStatus === "Pending" && instanceKind(instance.instanceId) === "orchestration";
  const waits: (Wait | undefined)[] = [
    ...(ended
      ? []
      : [
          version,
          isKnown ? undefined : ({ type: "UnknownFunction", name: instance.name } as const),
          suspended,
          pending && work?.lock === undefined ? startWait(circumstances) : undefined,
        ]),
  ];
  if (work?.notBefore !== undefined && work.notBefore > now) waits.push({ type: "Retry", notBefore: work.notBefore });
  // The one message of an instance that has not begun is its start.
  const count = (work?.pendingMessages ?? 0) - (pending && work?.nextDueAt === undefined ? 1 : 0);
  if (count > 0) {
    const since = work?.oldestMessageAt;
    waits.push({ type: "Messages", count, ...(since !== undefined && { since }) });
  }
  return waits.filter((wait) => wait !== undefined);
}

/** Of all messages to an instance that has not begun, only its start can wait for a time. */
function startWait({ instance, now, work }: Circumstances): StartWait {
  const scheduledFor = work?.nextDueAt;
  return {
    type: "Start",
    since: instance.createdAt,
    ...(scheduledFor !== undefined && scheduledFor > now && { scheduledFor }),
  };
}
