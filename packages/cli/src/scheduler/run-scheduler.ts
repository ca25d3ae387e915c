import { createColors } from "picocolors";
import { LevelFilter } from "../console/level-filter";
import { openLogger } from "../console/open-logger";
import { describeStartError } from "../start/describe-start-error";
import { asJson, type RunSurroundings } from "../start/run-start";
import { HOST_VERSION } from "../version";
import type { SchedulerOptions } from "./scheduler-options";
import { startScheduler, type RunningScheduler } from "./start-scheduler";

/** Time for what is in flight when the scheduler is told to stop. Orchestrators of this world give 30 seconds. */
const GRACE_MS = 20_000;

/** Workers that come and go are what there is to be seen of a scheduler. */
const LEVELS = { "Host.Scheduler": "Information" };

/** Runs the scheduler until it is asked to stop; resolves to the exit code. */
export async function runScheduler(options: SchedulerOptions, given: RunSurroundings): Promise<number> {
  const surroundings = asJson({}, given) ?? given;
  const { output, errors, color, environment, stopRequest } = surroundings;
  output.line(createColors(color).bold(`durable-host ${HOST_VERSION} scheduler (Node.js ${process.version})`));
  const logger = openLogger(surroundings, new LevelFilter(LEVELS, options.verbose));
  let scheduler: RunningScheduler | undefined;
  try {
    scheduler = await Promise.race([startScheduler(options, { environment, logger }), stopRequest.made]);
  } catch (error) {
    errors.line(`\n${describeStartError(error, options.store.type)}`);
    return 1;
  }
  if (!scheduler) return 0;
  for (const line of announcement(scheduler, options)) output.line(line);
  const failure = await Promise.race([stopRequest.made, scheduler.failed]);
  if (failure) errors.line(`\n${describeStartError(failure)}`);
  else output.line("Stopping: finishing what is in flight. Press Ctrl+C again to stop at once.");
  await scheduler.stop(GRACE_MS);
  output.line("Stopped.");
  return failure ? 1 : 0;
}

function announcement(
  { port, statusPort, hubs }: RunningScheduler,
  { address, access, dynamicHubs }: SchedulerOptions,
): readonly string[] {
  const host = address === "0.0.0.0" || address === "::" ? "localhost" : address;
  const endpoint = `${access.tlsCertificate !== undefined ? "https" : "http"}://${host}:${port}`;
  const others = dynamicHubs ? ", others when they are first used" : "";
  return [
    `Task hubs: ${hubs.join(", ")}${others}`,
    `Endpoint=${endpoint};TaskHub=${hubs[0] ?? "default"};Authentication=None`,
    ...(statusPort === undefined ? [] : [`Status: http://${host}:${statusPort}/`]),
  ];
}
