import type { Clock } from "../ports/clock";

/** One alarm on the clock for everything that waits for time. */
export class WakeUp {
  private alarm: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onTime: () => void,
  ) {}

  /**
   * Makes sure of a call at `at`, or before. An alarm that is set earlier is left alone: setting it again for
   * every lock that is released would cost more than an idle call now and then.
   */
  at(at: number | undefined): void {
    if (at === undefined || (this.alarm !== undefined && this.alarm.at <= at)) return;
    this.alarm?.cancel();
    const cancel = this.clock.schedule(Math.max(0, at - this.clock.now()), () => {
      this.alarm = undefined;
      this.onTime();
    });
    this.alarm = { at, cancel };
  }

  cancel(): void {
    this.alarm?.cancel();
    this.alarm = undefined;
  }
}
