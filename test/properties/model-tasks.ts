import type { DurableTask } from "./orchestrator";

/** A task of the model: settles once, and tells the task it is part of. */
export class ModelTask implements DurableTask {
  isCompleted = false;
  isFaulted = false;
  result: unknown;
  isStarted = false;
  parent: Group | undefined;
  /** What yielding it sets in motion. */
  readonly begin: (task: ModelTask) => void;

  constructor(begin: (task: ModelTask) => void) {
    this.begin = begin;
  }

  get isSettled(): boolean {
    return this.isCompleted || this.isFaulted;
  }

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.begin(this);
  }

  succeed(result: unknown): void {
    if (this.isSettled) return;
    this.isCompleted = true;
    this.result = result;
    this.parent?.onPart(this);
  }

  fail(error: Error): void {
    if (this.isSettled) return;
    this.isFaulted = true;
    this.result = error;
    this.parent?.onPart(this);
  }
}

/** `Task.all` and `Task.any` over tasks that have not been yielded before. */
export class Group extends ModelTask {
  constructor(
    readonly kind: "all" | "any",
    readonly parts: readonly ModelTask[],
  ) {
    super(() => parts.forEach((part) => part.start()));
    for (const part of parts) part.parent = this;
  }

  onPart(part: ModelTask): void {
    if (this.kind === "any") this.succeed(part);
    else if (part.isFaulted) this.fail(part.result as Error);
    else if (this.parts.every((each) => each.isCompleted)) this.succeed(this.parts.map((each) => each.result));
  }
}

/** A timer of the code's own. */
export class TimerTask extends ModelTask {
  constructor(
    begin: (task: ModelTask) => void,
    readonly onCancel: (task: ModelTask) => void,
  ) {
    super(begin);
  }

  cancel(): void {
    this.onCancel(this);
  }
}
