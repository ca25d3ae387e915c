/** The disturbances that a plan is made of, see `ChaosProxy`. */
export type FaultKind = "cut" | "halfClose" | "stall" | "delay" | "loseAnswers" | "refuse";

/** One disturbance of a plan. Times in milliseconds. */
export interface Fault {
  readonly kind: FaultKind;
  /** Peace before it. */
  readonly afterMs: number;
  /** How long it lasts; what happens at one moment is over at once. */
  readonly forMs: number;
  /** How many connections it hits, of those that are hit one by one. */
  readonly connections: number;
  /** For "delay". */
  readonly delayMs: number;
}

/** How wild a plan is. Times in milliseconds. */
export interface PlanOptions {
  /** The same seed makes the same plan. */
  readonly seed: number;
  /** Mean peace between two faults. Default 400. */
  readonly meanPeaceMs?: number;
  /** Longest fault. Default 600. */
  readonly longestFaultMs?: number;
  /** Which kinds may occur. Default all. */
  readonly kinds?: readonly FaultKind[];
}

const ALL_KINDS: readonly FaultKind[] = ["cut", "halfClose", "stall", "delay", "loseAnswers", "refuse"];
const MOST_CONNECTIONS = 8;
const LONGEST_DELAY_MS = 80;

/** Faults without end, chosen by a generator of random numbers of its own: a seed is all that a report must name. */
export function* planFaults(options: PlanOptions): Generator<Fault, never> {
  const { seed, meanPeaceMs = 400, longestFaultMs = 600, kinds = ALL_KINDS } = options;
  const random = seededRandom(seed);
  const upTo = (most: number): number => Math.floor(random() * most);
  for (;;) {
    const kind = kinds[upTo(kinds.length)] ?? "cut";
    const isMoment = kind === "cut" || kind === "halfClose";
    const afterMs = upTo(2 * meanPeaceMs);
    const forMs = isMoment ? 0 : 1 + upTo(longestFaultMs);
    yield { kind, afterMs, forMs, connections: 1 + upTo(MOST_CONNECTIONS), delayMs: 1 + upTo(LONGEST_DELAY_MS) };
  }
}

/** Numbers from 0 up to, not including, 1, the same for the same seed (Mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
