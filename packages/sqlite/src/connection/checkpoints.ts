import type { Clock, Logger } from "@durable-host/engine";
import type { Connection } from "./open-database";

/** A pause: no flush for this long. */
const PAUSE_MS = 500;

/** Copies the log into the file when nobody is waiting for a commit, so that it is seldom necessary when somebody is. */
export class PauseCheckpoints {
  private flushedAt = 0;
  private cancelAlarm: (() => void) | undefined;

  constructor(
    private readonly connection: Pick<Connection, "checkpoint">,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Notes that the log has grown. */
  afterFlush(): void {
    this.flushedAt = this.clock.now();
    // One alarm at a time, moved on when it rings too early: flushes are far more frequent than pauses.
    this.cancelAlarm ??= this.clock.schedule(PAUSE_MS, () => this.onAlarm());
  }

  cancel(): void {
    this.cancelAlarm?.();
    this.cancelAlarm = undefined;
  }

  private onAlarm(): void {
    const pauseLeft = this.flushedAt + PAUSE_MS - this.clock.now();
    if (pauseLeft > 0) {
      this.cancelAlarm = this.clock.schedule(pauseLeft, () => this.onAlarm());
      return;
    }
    this.cancelAlarm = undefined;
    try {
      this.connection.checkpoint();
    } catch (error) {
      // Everything is in the log, and the next checkpoint tries again; a full disk is reported by the commits that meet it.
      this.logger.debug("The log of the store could not be copied into the file.", { error });
    }
  }
}
