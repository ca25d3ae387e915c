import { randomUUID } from "node:crypto";
import type { EpisodeResult, Inspection } from "@durable-host/engine";
import { DEFAULT_HTTP_POLL_MS } from "../../call-http/http-polling";
import type { Invoker } from "../invocation";
import type { RegisteredFunction } from "../registered-function";
import { describeDifference } from "./describe-difference";
import type { EpisodeAnswer, EpisodeRequest } from "./episode-request";
import { OrchestrationInspection } from "./orchestration-inspection";
import { OrchestratorSession } from "./orchestrator-session";
import type { SessionObserver } from "./session-observer";
import { SourcePositions } from "./source-positions";

/** How orchestrators are executed: `verify` executes each episode, replays it from the start too, and fails where the two differ. */
export type SessionMode = "resident" | "replay" | "verify";

export interface OrchestratorSessionsOptions {
  readonly invoker: Invoker;
  readonly findFunction: (name: string) => RegisteredFunction | undefined;
  readonly mode?: SessionMode;
  /** Runs the replays of `verify` and of inspections; absent: `invoker`, so that what the code logs is logged once more. */
  readonly comparingInvoker?: Invoker;
  /** Delay between polls of `callHttp` for answers that name none, in milliseconds. */
  readonly httpPollMs?: number;
  /** The app's folder, which positions in its source are relative to; absent: the working directory. */
  readonly appRoot?: string;
}

/** The orchestrators that are resident in this app worker. */
export interface OrchestratorSessions {
  /** Executes an episode, or says that it needs the past events for that. */
  run(request: EpisodeRequest): Promise<EpisodeAnswer>;
  /** Replays an episode, with its past events, apart from all sessions, and says what its code has called and waits for. */
  inspect(request: EpisodeRequest): Promise<Inspection>;
  /** Drops the session of an instance that has ended or whose commit failed. */
  forget(instanceId: string): void;
}

/** Makes the place where orchestrators stay between their episodes; none is resident yet. */
export function createOrchestratorSessions(options: OrchestratorSessionsOptions): OrchestratorSessions {
  const { mode = "resident", comparingInvoker = options.invoker, httpPollMs = DEFAULT_HTTP_POLL_MS } = options;
  const sessions = new Map<string, OrchestratorSession>();
  const open = (
    request: EpisodeRequest,
    invoker = options.invoker,
    observer?: SessionObserver,
  ): OrchestratorSession => {
    const fn = options.findFunction(request.name);
    if (!fn) throw new Error(`The app has no orchestrator function named '${request.name}'.`);
    return new OrchestratorSession(request, {
      invoker,
      function: fn,
      newGuid: randomUUID,
      httpPollMs,
      ...(observer ? { observer } : {}),
    });
  };
  return {
    async run(request) {
      const resident = takeContinuable(sessions, request);
      if ((!resident || mode !== "resident") && !request.pastEvents) {
        if (resident) sessions.set(request.instanceId, resident);
        return { type: "historyNeeded" };
      }
      const session = mode === "replay" ? open(request) : (resident ?? open(request));
      const result = await session.execute(request);
      if (mode === "verify") await compareWithReplay(result, open(request, comparingInvoker), request);
      if (mode !== "replay" && session.isContinuable) sessions.set(request.instanceId, session);
      return { type: "result", result };
    },
    async inspect(request) {
      const inspection = new OrchestrationInspection(new SourcePositions(options.appRoot ?? process.cwd()));
      const { completion } = await open(request, comparingInvoker, inspection).execute(request);
      return inspection.report(completion);
    },
    forget(instanceId) {
      sessions.delete(instanceId);
    },
  };
}

/** Takes out the session that stands exactly where this episode begins; one that stands elsewhere is useless. */
function takeContinuable(
  sessions: Map<string, OrchestratorSession>,
  request: EpisodeRequest,
): OrchestratorSession | undefined {
  const session = sessions.get(request.instanceId);
  if (!session) return undefined;
  sessions.delete(request.instanceId);
  const fits =
    request.resumeAfter !== undefined &&
    session.executionId === request.executionId &&
    session.lastEpisode === request.resumeAfter;
  return fits ? session : undefined;
}

async function compareWithReplay(
  first: EpisodeResult,
  replaying: OrchestratorSession,
  request: EpisodeRequest,
): Promise<void> {
  const past = first.replayed ? [] : (request.pastEvents ?? []);
  const recorded = new Set(past.flatMap((event) => ("eventId" in event ? [event.eventId] : [])));
  const difference = describeDifference(first, await replaying.execute(request), recorded);
  if (difference === undefined) return;
  throw new Error(
    `A replay of orchestrator '${request.name}' (instance '${request.instanceId}') differs from its first run: ${difference}`,
  );
}
