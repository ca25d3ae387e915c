import type { Episode, HistoryEvent } from "@durable-host/engine";
import { BUILT_AT, anEventRaised, anExecutionStarted, anOrchestratorStarted } from "@durable-host/testkit";
import { HistoryToProto } from "../../src/convert/history";
import { decodePastEvents, orchestrationWorkItem } from "../../src/proto/encoded-messages";
import { pb } from "../../src/proto/messages";
import { KnownHistories } from "../../src/work/known-histories";
import { anEpisode } from "./fake-worker";

const call: HistoryEvent = {
  type: "EventSent",
  timestamp: BUILT_AT,
  eventId: 0,
  instanceId: "@counter@k",
  name: "op",
  input: JSON.stringify({ op: "get", id: "r1", parent: "i" }),
};
const completed: HistoryEvent = { type: "OrchestratorCompleted", timestamp: BUILT_AT };
const answered = [anOrchestratorStarted(BUILT_AT + 1), anEventRaised("r1", { input: '{"result":"5"}' })];
const first = [anOrchestratorStarted(), anExecutionStarted("i", { executionId: "e" }), call, completed];
const second = [...first, ...answered, completed];

function kinds(events: readonly pb.HistoryEvent[]): string[] {
  return events.map(
    (event) =>
      Object.entries(pb.HistoryEvent.EventtypeCase).find(([, kind]) => kind === event.getEventtypeCase())?.[0] ?? "",
  );
}

async function shown(histories: KnownHistories, past: readonly HistoryEvent[], fields: Partial<Episode>) {
  const { past: encoded, next } = await histories.eventsOf(anEpisode("o", past, fields));
  return { past: decodePastEvents(encoded).map((event) => event.toObject()), next: kinds(next) };
}

describe("histories of active executions", () => {
  it("go on where they were, answers of the episode before included", async () => {
    const histories = new KnownHistories();
    const before = await shown(histories, first, { episode: 1, newEvents: answered });
    const after = await shown(histories, second, { episode: 2, resumeAfter: 1, newEvents: [anOrchestratorStarted()] });

    expect(before.next).toEqual(["ORCHESTRATORSTARTED", "ENTITYOPERATIONCOMPLETED"]);
    expect(after.past).toEqual(new HistoryToProto("worker").convert(second).map((event) => event.toObject()));
    expect(after.past).toHaveLength(5);
  });

  it.each<[string, Partial<Episode>]>([
    ["the episode before was another", { resumeAfter: 7 }],
    ["nothing is said of the episode before", {}],
    ["it is another execution", { resumeAfter: 1, executionId: "e2" }],
  ])("begin anew when %s", async (_, fields) => {
    const histories = new KnownHistories();
    await shown(histories, second, { episode: 1 });
    const other = [anOrchestratorStarted(BUILT_AT + 9), ...second.slice(1)];
    const { past } = await shown(histories, other, { episode: 2, ...fields });

    expect(past).toEqual(new HistoryToProto("worker").convert(other).map((event) => event.toObject()));
  });

  it("begin anew after they were forgotten, or have become shorter", async () => {
    const histories = new KnownHistories();
    await shown(histories, second, { episode: 1 });
    expect((await shown(histories, first, { episode: 2, resumeAfter: 1 })).past).toHaveLength(3);

    histories.forget("i");
    const other = [anOrchestratorStarted(BUILT_AT + 9), ...second.slice(1)];
    const { past } = await shown(histories, other, { episode: 3, resumeAfter: 2 });
    expect(past[0]).toMatchObject({ timestamp: { seconds: BUILT_AT / 1000, nanos: 9_000_000 } });
  });
});

describe("a work item with a history that is encoded already", () => {
  it.each([0, 1, 100, 20_000])("is the same as one that is encoded as a whole, with %i more bytes", async (length) => {
    const history = [...second, anEventRaised("long", { input: "ü".repeat(length / 2) })];
    const { past, next } = await new KnownHistories().eventsOf(anEpisode("o", history));
    const request = new pb.OrchestratorRequest().setInstanceid("i").setNeweventsList(next);
    const encoded = orchestrationWorkItem(request, past).setCompletiontoken("token").serializeBinary();

    const whole = request.clone().setPasteventsList(new HistoryToProto("worker").convert(history));
    const expected = new pb.WorkItem().setOrchestratorrequest(whole).setCompletiontoken("token");
    const read = pb.WorkItem.deserializeBinary(encoded);
    expect(read.toObject()).toEqual(pb.WorkItem.deserializeBinary(expected.serializeBinary()).toObject());
    expect(encoded).toHaveLength(expected.serializeBinary().length);
  });
});
