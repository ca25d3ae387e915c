import * as fc from "fast-check";
import { GENERATIONS, type GroupSpec, type Program, type SectionSpec, type Step, type TaskSpec } from "./program";

const delay = fc.integer({ min: 0, max: 24 });
const amount = fc.integer({ min: 1, max: 9 });

/** Slots are given out afterwards: see `withSlots`. */
const slot = fc.constant(0);

const spec = fc.letrec<{ task: TaskSpec; step: Step; steps: readonly Step[] }>((tie) => ({
  task: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("activity"), slot, delay, fails: rarely() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("retriedActivity"),
        slot,
        delay,
        attempts: fc.integer({ min: 1, max: 3 }),
        succeedsOn: fc.integer({ min: 1, max: 4 }),
        coefficient: fc.integer({ min: 1, max: 2 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("timer"), slot, delay }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("event"), slot, name: fc.constantFrom("a", "b"), delay }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("call"), operation: fc.constantFrom("add", "get", "fail"), amount }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("child"),
        slot,
        steps: tie("steps"),
        generations: fc.constantFrom(1, 1, 2),
        named: fc.boolean(),
        attempts: fc.constantFrom(1, 1, 2, 3),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom("all", "any"),
        tasks: fc.array(tie("task"), { minLength: 1, maxLength: 4 }),
        together: fc.boolean(),
        cancels: fc.boolean(),
      }),
    },
  ) as fc.Arbitrary<TaskSpec>,
  step: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 10, arbitrary: fc.record({ kind: fc.constant("await"), task: tie("task") }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("signal"), shared: fc.constantFrom(undefined, 0, 1), amount }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("section"),
        slot,
        entities: fc.constantFrom([0], [1], [0, 1], [1, 0]),
        delay,
        ending: fc.constantFrom("releases", "releases", "releases", "fails", "returns"),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("monitor"),
        slot,
        name: fc.constantFrom("a", "b"),
        events: fc.integer({ min: 1, max: 3 }),
        eventDelay: delay,
        delay,
        cancels: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("attempt"), steps: tie("steps") }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("status"), value: fc.constantFrom("one", "two") }) },
    { weight: 1, arbitrary: fc.constantFrom({ kind: "now" }, { kind: "guid" }, { kind: "looksAtReplaying" }) },
  ) as fc.Arbitrary<Step>,
  steps: fc.array(tie("step"), { minLength: 1, maxLength: 4 }),
}));

/** Programs that leave nothing to chance. */
export const arbitraryProgram = arbitrary(false);

/** Programs in which activities end at the same instant: results are prescribed, the order of history is not. */
export const arbitraryFreeProgram = arbitrary(true);

function arbitrary(free: boolean): fc.Arbitrary<Program> {
  return fc.record({ steps: spec.steps, generations: fc.constantFrom(1, 1, 2, 3) }).map(({ steps, generations }) => {
    const slots = new Slots(free);
    const placed = slots.steps(steps, { attempt: false, retried: false });
    return { steps: placed, generations, modulus: slots.next * GENERATIONS };
  });
}

function rarely(): fc.Arbitrary<boolean> {
  return fc.constantFrom(false, false, false, false, true);
}

interface Place {
  /** Inside of an `attempt`: what fails there is caught, and a section that failed would still be held. */
  readonly attempt: boolean;
  /** Inside of a sub-orchestration that is tried again: an event for an attempt could reach the next one. */
  readonly retried: boolean;
}

/** Gives every task that takes time slots of its own. Slot 0 is the root's. */
class Slots {
  next = 1;
  readonly #free: boolean;

  constructor(free: boolean) {
    this.#free = free;
  }

  steps(steps: readonly Step[], place: Place): readonly Step[] {
    return steps.map((step) => this.#step(step, place));
  }

  #step(step: Step, place: Place): Step {
    switch (step.kind) {
      case "await":
        return { ...step, task: this.#task(step.task, place) };
      case "attempt":
        return { ...step, steps: this.steps(step.steps, { ...place, attempt: true }) };
      case "section":
        return { ...step, ending: place.attempt ? "releases" : step.ending, slot: this.#take(4) } satisfies SectionSpec;
      case "monitor":
        // Without events it is a timer: those of an attempt could reach the next one.
        return { ...step, slot: this.#take(1 + 2 * step.events), events: place.retried ? 0 : step.events };
      default:
        return step;
    }
  }

  #task(task: TaskSpec, place: Place): TaskSpec {
    switch (task.kind) {
      case "event":
        if (!place.retried) return { ...task, slot: this.#take(2) };
        return { kind: "timer", slot: this.#take(1), delay: task.delay };
      case "child": {
        const slot = this.#take(1);
        const retried = place.retried || task.attempts > 1;
        return { ...task, slot, steps: this.steps(task.steps, { attempt: false, retried }) };
      }
      case "all":
      case "any":
        return this.#free && task.kind === "all" && task.together
          ? this.#together(task, place)
          : { ...task, tasks: task.tasks.map((each) => this.#task(each, place)) };
      case "call":
        return task;
      default:
        return { ...task, slot: this.#take(1) };
    }
  }

  /** Activities that fail would make a difference, depending on which is first. */
  #together(group: GroupSpec, place: Place): GroupSpec {
    const slot = this.#take(1);
    const tasks = group.tasks.map((task, twin) =>
      task.kind === "activity" ? { ...task, slot, twin, delay: 1, fails: false } : this.#task(task, place),
    );
    return { ...group, tasks };
  }

  #take(count: number): number {
    const first = this.next;
    this.next += count;
    return first;
  }
}
