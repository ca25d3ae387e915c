import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isTerminal, type ActivityTask, type Executor, type IdSource } from "@durable-host/engine";
import { ErrorRecorder } from "@durable-host/testkit";
import type { SessionMode } from "../../packages/functions/src/worker/orchestrator/sessions";
import { ActivityScript, type AnnouncedEvent } from "./activity-script";
import { Life, type Cut } from "./life";
import { readOutcome, type Outcome } from "./outcome";
import { EPOCH, type ActivityInput, type Program, type RunInput } from "./program";
import { VirtualTime } from "./virtual-time";

export interface SimulationOptions {
  readonly mode?: SessionMode;
  /** How many executions stay resident. */
  readonly resident?: number;
  /** Whether the process dies at the commit of this number (from 1). */
  readonly cut?: (commit: number) => Cut;
  /** What else happens to the root instance, and when (milliseconds from the start). */
  readonly interference?: readonly Interference[];
}

export interface Interference {
  readonly at: number;
  readonly act: (life: Life) => Promise<unknown>;
}

/** Virtual milliseconds after which a program is stuck. */
const LONGEST = 10 * 60_000;

/** More than any program has commits. */
const MOST_LIVES = 10_000;

/** In memory where the system has that: no power is lost here, and a flush to a disk takes most of the time. */
const BASE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Runs a program on engine, embedded store and SDK until everything in it has ended. */
export async function simulate(program: Program, options: SimulationOptions = {}): Promise<Outcome> {
  const simulation = new Simulation(program, options);
  try {
    return await simulation.run();
  } finally {
    await simulation.dispose();
  }
}

class Simulation {
  readonly #program: Program;
  readonly #options: SimulationOptions;
  readonly #directory = mkdtempSync(join(BASE, "durable-properties-"));
  readonly #time = new VirtualTime();
  readonly #script = new ActivityScript();
  readonly #ids = countedIds();
  readonly #logger = new ErrorRecorder();
  #life: Life | undefined;
  #commits = 0;
  #lives = 1;
  /** What is to be done to the instances at this instant. */
  #due: ((life: Life) => Promise<unknown>)[] = [];

  constructor(program: Program, options: SimulationOptions) {
    this.#program = program;
    this.#options = options;
  }

  async run(): Promise<Outcome> {
    let life = await this.#begin();
    const input: RunInput = { ...this.#program, generation: 1, run: "root", slot: 0 };
    await life.hub.start({ name: "program", instanceId: "root", input: JSON.stringify(input) });
    for (const { at, act } of this.#options.interference ?? []) this.#time.at(EPOCH + at, () => this.#due.push(act));
    for (;;) {
      await life.settled();
      if (this.#logger.errors.length > 0) throw new Error(`errors were logged: ${this.#logger.errors.join("; ")}`);
      if (life.isDead) life = await this.#reborn(life);
      else if (this.#due.length > 0) await this.#due.shift()?.(life);
      else if (await hasEnded(life)) break;
      else if (this.#time.now() > EPOCH + LONGEST) throw new Error(`stuck: ${await describeStuck(life)}`);
      else this.#time.advance();
    }
    return readOutcome(life.hub, { commits: this.#commits, executions: this.#script.executions });
  }

  async dispose(): Promise<void> {
    await this.#life?.end();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #begin(): Promise<Life> {
    const { mode = "resident", resident = 100, cut = () => undefined } = this.#options;
    const life = new Life({
      directory: this.#directory,
      time: this.#time,
      mode,
      residentOrchestrations: resident,
      ids: this.#ids,
      logger: this.#logger,
      executeActivity: (executing, task) => this.#executeActivity(executing, task),
      cut: () => cut(++this.#commits),
    });
    this.#life = life;
    await life.start();
    return life;
  }

  async #reborn(dead: Life): Promise<Life> {
    await dead.end();
    if (++this.#lives > MOST_LIVES) throw new Error("stuck: no process lives long enough to get on");
    return this.#begin();
  }

  async #executeActivity(life: Life, task: ActivityTask): ReturnType<Executor["executeActivity"]> {
    const input = JSON.parse(task.input ?? "null") as ActivityInput;
    const attempt = this.#script.begin(input, `${task.executionId} ${task.taskId}`, this.#time.now());
    if (attempt.event) this.#sendLater(attempt.event);
    await new Promise<void>((resolve) => this.#time.at(attempt.at, resolve, life));
    if (attempt.error === undefined) return { type: "Completed", result: JSON.stringify(attempt.result) };
    const reason = `Activity function 'work' failed: ${attempt.error}`;
    return { type: "Failed", reason, details: reason };
  }

  /** Nobody waits for the event of an instance that has ended. */
  #sendLater({ at, instanceId, name, payload }: AnnouncedEvent): void {
    const raise = (life: Life) => life.hub.raiseEvent(instanceId, name, JSON.stringify(payload)).catch(ignore);
    this.#time.at(at, () => this.#due.push(raise));
  }
}

function ignore(): void {}

async function hasEnded({ hub }: Life): Promise<boolean> {
  const { instances } = await hub.queryInstances({ kind: "orchestration", top: 10_000 });
  return instances.every(({ runtimeStatus }) => isTerminal(runtimeStatus));
}

async function describeStuck(life: Life): Promise<string> {
  const { instances } = await life.hub.queryInstances({ top: 1000 });
  const open = instances.filter(({ runtimeStatus }) => !isTerminal(runtimeStatus));
  const histories = open.map(async ({ instanceId, runtimeStatus, input }) => ({
    instanceId,
    runtimeStatus,
    input,
    history: await life.hub.readHistory(instanceId),
  }));
  return JSON.stringify(await Promise.all(histories));
}

/** Ids that tell which was made when. */
function countedIds(): IdSource {
  let count = 0;
  const next = (): string => (++count).toString(16).padStart(12, "0");
  return { newId: () => `${"a".repeat(20)}${next()}`, newGuid: () => `aaaaaaaa-aaaa-4aaa-8aaa-${next()}` };
}
