/**
 * A randomly generated orchestration as data: `orchestrator.ts` walks it, `arbitrary-programs.ts` generates it.
 *
 * Everything that takes time ends at an instant of its own: time is divided into rounds of `modulus` milliseconds, and what
 * a slot stands for ends at that slot's place in some round (see `endOf`). So the order of completions is part of the
 * program, and every correct run of it has the same results and the same history.
 */
export type TaskSpec =
  | ActivitySpec
  | {
      readonly kind: "retriedActivity";
      readonly slot: number;
      readonly delay: number;
      readonly attempts: number;
      readonly succeedsOn: number;
      readonly coefficient: number;
    }
  | { readonly kind: "timer"; readonly slot: number; readonly delay: number }
  | { readonly kind: "event"; readonly slot: number; readonly name: string; readonly delay: number }
  | ChildSpec
  | { readonly kind: "call"; readonly operation: "add" | "get" | "fail"; readonly amount: number }
  | GroupSpec;

export interface ActivitySpec {
  readonly kind: "activity";
  readonly slot: number;
  readonly delay: number;
  readonly fails: boolean;
  /** Number among the activities of a group that share a slot, and so end at the same instant. */
  readonly twin?: number;
}

export interface ChildSpec {
  readonly kind: "child";
  readonly slot: number;
  readonly steps: readonly Step[];
  readonly generations: number;
  /** Whether the parent names the instance. */
  readonly named: boolean;
  /** More than 1: `callSubOrchestratorWithRetry`. */
  readonly attempts: number;
}

export interface GroupSpec {
  readonly kind: "all" | "any";
  readonly tasks: readonly TaskSpec[];
  /** Of `all`: its activities end at the same instant, in an order that nobody prescribes. */
  readonly together?: boolean;
  /** Cancel the timers that are left when it has resolved. */
  readonly cancels: boolean;
}

export type Step =
  | { readonly kind: "await"; readonly task: TaskSpec }
  | { readonly kind: "signal"; readonly shared: number | undefined; readonly amount: number }
  | SectionSpec
  | MonitorSpec
  | { readonly kind: "attempt"; readonly steps: readonly Step[] }
  | { readonly kind: "status"; readonly value: string }
  | { readonly kind: "now" }
  | { readonly kind: "guid" }
  | { readonly kind: "looksAtReplaying" };

/** A critical section over shared entities. Takes the slots from `slot` to `slot + 3`. */
export interface SectionSpec {
  readonly kind: "section";
  readonly slot: number;
  readonly entities: readonly number[];
  readonly delay: number;
  readonly ending: "releases" | "fails" | "returns";
}

/** Waits for events, one after another, until a timer that is yielded again with each of them. Takes 1 slot and 2 per event. */
export interface MonitorSpec {
  readonly kind: "monitor";
  readonly slot: number;
  readonly name: string;
  readonly events: number;
  readonly eventDelay: number;
  readonly delay: number;
  readonly cancels: boolean;
}

export interface Program {
  readonly steps: readonly Step[];
  /** How many executions the root has, each continued as new. */
  readonly generations: number;
  readonly modulus: number;
}

/** What an instance of the orchestrator gets as input. */
export interface RunInput extends Program {
  readonly generation: number;
  /** Unique among the instances of a program; attempts and generations of one instance share it. */
  readonly run: string;
  readonly slot: number;
}

/** What the activity is asked to do. */
export interface ActivityInput {
  readonly key: string;
  readonly delay: number;
  readonly succeedsOn: number;
  readonly place: number;
  readonly modulus: number;
  /** An external event to be sent to an instance, later or before the activity itself answers. */
  readonly announces?: {
    readonly instanceId: string;
    readonly name: string;
    readonly delay: number;
    readonly place: number;
  };
}

/** Generations per slot that may overlap: late events of one, work of the next. */
export const GENERATIONS = 4;

/** When all programs begin. */
export const EPOCH = Date.UTC(2030, 0, 1);

/** The first instant from `now` plus `delay` eighths of a round that belongs to `place`. */
export function endOf(now: number, delay: number, place: number, modulus: number): number {
  const earliest = now - EPOCH + Math.floor((delay * modulus) / 8) + 1;
  return EPOCH + earliest + ((((place - earliest) % modulus) + modulus) % modulus);
}
