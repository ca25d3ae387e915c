import type { Episode, EpisodeResult, Executor } from "@durable-host/engine";

/** What the orchestrators of the scripted executor do. */
const ORCHESTRATORS: Readonly<Record<string, (episode: Episode) => Partial<EpisodeResult>>> = {
  greet: ({ input }) => ({ completion: { type: "Completed", output: input ?? '"hello"' } }),
  fails: () => ({ completion: { type: "Failed", output: "the bank is closed" } }),
  waits(episode) {
    const event = episode.newEvents.find((each) => each.type === "EventRaised");
    const customStatus = '{"stage":"waiting"}';
    return event === undefined
      ? { customStatus }
      : { customStatus, completion: { type: "Completed", output: event.input } };
  },
};

/** Orchestrators `greet`, `fails` and `waits` (for any event), and an entity `cell` whose state is its last input. */
export const scriptedExecutor: Executor = {
  async executeOrchestration(episode) {
    // A replay gets everything; `waits` looks at all of it.
    const newEvents = [...(await episode.loadPastEvents()), ...episode.newEvents];
    const result = ORCHESTRATORS[episode.name]?.({ ...episode, newEvents });
    return { actions: [], replayed: true, canceledTimers: [], ...result };
  },
  executeActivity: () => Promise.reject(new Error("There are no activities.")),
  executeEntity: ({ operations }) =>
    Promise.resolve({
      results: operations.map(() => ({ isError: false, result: null })),
      signals: [],
      exists: true,
      state: operations.at(-1)?.input ?? null,
    }),
  forget: () => undefined,
  knows: (kind, name) => (kind === "orchestration" ? name in ORCHESTRATORS : name === "cell"),
  names: (kind) => (kind === "orchestration" ? Object.keys(ORCHESTRATORS) : ["cell"]),
};
