import type { Episode } from "@durable-host/engine";
import { BUILT_AT, anEventRaised, anExecutionStarted, anOrchestratorStarted } from "@durable-host/testkit";
import { episodeResultFromProto, episodeToProto } from "../../src/convert/episode";
import { PartialResponse } from "../../src/convert/partial-response";
import { pb } from "../../src/proto/messages";
import { wrapNumber, wrapText } from "../../src/proto/scalars";
import { wrapTime } from "../../src/proto/timestamps";
import { onTheWire } from "./on-the-wire";

const { OrchestrationStatus: Status } = pb;
const SELF = { instanceId: "o", executionId: "0af7651916cd43dd8448eb211c80319c" };

function anEpisode(fields: Partial<Episode> = {}): Episode {
  const start = anExecutionStarted("o", { executionId: SELF.executionId });
  return {
    ...SELF,
    name: "order",
    version: "",
    input: null,
    episode: 1,
    newEvents: [anOrchestratorStarted(), start, anEventRaised("Go")],
    loadPastEvents: async () => [],
    ...fields,
  };
}

function answer(ending?: pb.CompleteOrchestrationAction): pb.OrchestratorResponse {
  const actions = ending ? [new pb.OrchestratorAction().setId(7).setCompleteorchestration(ending)] : [];
  return new pb.OrchestratorResponse().setInstanceid("o").setActionsList(actions);
}

function read(response: pb.OrchestratorResponse) {
  return episodeResultFromProto(onTheWire(response), SELF);
}

function ending(status: pb.OrchestrationStatus, result?: string): pb.CompleteOrchestrationAction {
  return new pb.CompleteOrchestrationAction().setOrchestrationstatus(status).setResult(wrapText(result));
}

describe("an episode as a request", () => {
  it("begins with its start and what had arrived before it, and says that there are entities [GR45]", async () => {
    const request = onTheWire(await episodeToProto(anEpisode()));

    expect(request.getExecutionid()?.getValue()).toMatch(/^[0-9a-f]{32}$/);
    expect(request.getNeweventsList().map((event) => event.getEventtypeCase())).toEqual([
      pb.HistoryEvent.EventtypeCase.ORCHESTRATORSTARTED,
      pb.HistoryEvent.EventtypeCase.EXECUTIONSTARTED,
      pb.HistoryEvent.EventtypeCase.EVENTRAISED,
    ]);
    expect(request.getPasteventsList()).toEqual([]);
    expect(request.getEntityparameters()?.getEntitymessagereorderwindow()?.getSeconds()).toBe(0);
    expect(request.hasOrchestrationtracecontext()).toBe(false);
  });

  it("tells by the past which new events are answers of entities", async () => {
    const call = JSON.stringify({ op: "get", id: "r1", parent: "o" });
    const sent = {
      type: "EventSent",
      timestamp: BUILT_AT,
      eventId: 0,
      instanceId: "@counter@k",
      name: "op",
      input: call,
    } as const;
    const episode = anEpisode({
      loadPastEvents: async () => [anOrchestratorStarted(), anExecutionStarted("o"), sent],
      newEvents: [anOrchestratorStarted(), anEventRaised("r1", { input: '{"result":"5"}' })],
    });
    const request = onTheWire(await episodeToProto(episode));

    expect(request.getPasteventsList()).toHaveLength(3);
    expect(request.getNeweventsList()[1]?.getEntityoperationcompleted()?.getOutput()?.getValue()).toBe("5");
  });

  it("repeats the span that the worker has made for the execution [GR41]", async () => {
    const response = answer().setOrchestrationtracecontext(
      new pb.OrchestrationTraceContext().setSpanid(wrapText("b7ad6b7169203331")).setSpanstarttime(wrapTime(BUILT_AT)),
    );
    const { span } = read(response);
    expect(span).toEqual({ spanId: "b7ad6b7169203331", startedAt: BUILT_AT });

    const later = onTheWire(await episodeToProto(anEpisode({ span })));
    expect(later.getOrchestrationtracecontext()?.toObject()).toEqual(
      response.getOrchestrationtracecontext()?.toObject(),
    );
  });
});

describe("an answer", () => {
  it("without an ending says that the code waits", () => {
    expect(read(answer())).toEqual({ actions: [], replayed: false, canceledTimers: [] });
  });

  it("ends with its result as it is, and waits for nothing [GR26]", () => {
    const outputs = [undefined, "", "null", "0", "false", '""'].map(
      (result) => read(answer(ending(Status.ORCHESTRATION_STATUS_COMPLETED, result))).completion,
    );

    expect(outputs).toEqual(
      [null, "", "null", "0", "false", '""'].map((output) => ({ type: "Completed", output, immediate: true })),
    );
  });

  it("ends terminated or canceled", () => {
    expect(read(answer(ending(Status.ORCHESTRATION_STATUS_TERMINATED, '"x"'))).completion).toEqual({
      type: "Terminated",
      output: '"x"',
      immediate: true,
    });
    expect(read(answer(ending(Status.ORCHESTRATION_STATUS_CANCELED))).completion).toEqual({
      type: "Canceled",
      output: null,
      immediate: true,
    });
    expect(read(answer(ending(Status.ORCHESTRATION_STATUS_RUNNING))).completion).toBeUndefined();
  });

  it("fails with all that is known of the failure [GR27]", () => {
    const innermost = new pb.TaskFailureDetails().setErrortype("C").setErrormessage("c").setIsnonretriable(true);
    const inner = new pb.TaskFailureDetails().setErrortype("B").setErrormessage("b").setInnerfailure(innermost);
    const failure = new pb.TaskFailureDetails()
      .setErrortype("A")
      .setErrormessage("a")
      .setStacktrace(wrapText("at a"))
      .setInnerfailure(inner);
    const failed = ending(Status.ORCHESTRATION_STATUS_FAILED).setFailuredetails(failure);

    const plain = { stackTrace: null, innerFailure: null, isNonRetriable: false, properties: null };
    expect(read(answer(failed)).completion).toEqual({
      type: "Failed",
      output: "a",
      immediate: true,
      failureDetails: {
        ...plain,
        errorType: "A",
        errorMessage: "a",
        stackTrace: "at a",
        innerFailure: {
          ...plain,
          errorType: "B",
          errorMessage: "b",
          innerFailure: { ...plain, errorType: "C", errorMessage: "c", isNonRetriable: true },
        },
      },
    });
    const wordless = ending(Status.ORCHESTRATION_STATUS_FAILED, "why");
    expect(read(answer(wordless)).completion).toEqual({ type: "Failed", output: "why", immediate: true });
  });

  it("continues as new with another version, its tags and the events it has not awaited [GR30, GR31]", () => {
    const carried = new pb.HistoryEvent()
      .setTimestamp(wrapTime(BUILT_AT))
      .setEventraised(new pb.EventRaisedEvent().setName("Go").setInput(wrapText("1")));
    const renewed = ending(Status.ORCHESTRATION_STATUS_CONTINUED_AS_NEW, "2")
      .setNewversion(wrapText("1.1"))
      .setCarryovereventsList([carried, new pb.HistoryEvent()]);
    renewed.getTagsMap().set("round", "2");

    expect(read(answer(renewed).setCustomstatus(wrapText('"old"')))).toEqual({
      actions: [],
      replayed: false,
      canceledTimers: [],
      customStatus: null,
      completion: { type: "ContinuedAsNew", input: "2", immediate: true, version: "1.1", tags: { round: "2" } },
      unconsumedEvents: [{ type: "EventRaised", timestamp: BUILT_AT, name: "Go", input: "1" }],
    });
  });

  it("sets the custom status if it brings one, also an empty one [GR28]", () => {
    expect("customStatus" in read(answer())).toBe(false);
    expect(read(answer().setCustomstatus(wrapText(""))).customStatus).toBe("");
  });

  it("says how many of the new events it has come to [GR33]", () => {
    expect(read(answer()).eventsProcessed).toBeUndefined();
    expect(read(answer().setNumeventsprocessed(wrapNumber(2))).eventsProcessed).toBe(2);
  });
});

describe("an answer in parts", () => {
  const part = (index: number, ...ids: number[]): pb.OrchestratorResponse =>
    answer()
      .setActionsList(ids.map((id) => new pb.OrchestratorAction().setId(id)))
      .setChunkindex(wrapNumber(index))
      .setNumeventsprocessed(index === 0 ? undefined : wrapNumber(0))
      .setCustomstatus(wrapText(`"part ${index}"`));
  const ids = (response: pb.OrchestratorResponse): number[] =>
    response.getActionsList().map((action) => action.getId());

  it("is joined: all actions, the first part's number of events, the last one's status [GR34]", () => {
    const parts = new PartialResponse();
    parts.add(part(0, 1, 2));
    parts.add(part(1, 3));
    const whole = parts.join(part(2, 4));

    expect(ids(whole)).toEqual([1, 2, 3, 4]);
    expect(whole.hasNumeventsprocessed()).toBe(false);
    expect(whole.getCustomstatus()?.getValue()).toBe('"part 2"');
  });

  it("counts a part that is sent again once, and begins anew with the first", () => {
    const parts = new PartialResponse();
    parts.add(part(0, 1));
    parts.add(part(1, 2));
    parts.add(part(1, 2));
    expect(ids(parts.join(part(2, 3)))).toEqual([1, 2, 3]);

    parts.add(part(0, 5));
    expect(ids(parts.join(part(1, 6)))).toEqual([5, 6]);
  });
});
