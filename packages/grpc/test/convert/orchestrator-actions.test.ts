import { actionsFromProto } from "../../src/convert/orchestrator-actions";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { wrapTime } from "../../src/proto/timestamps";
import { onTheWire } from "./on-the-wire";

const SELF = { instanceId: "o", executionId: "e" };
const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const AT = Date.UTC(2030, 0, 1);

function read(...actions: pb.OrchestratorAction[]) {
  return actionsFromProto(actions.map(onTheWire), SELF);
}

function action(id: number): pb.OrchestratorAction {
  return new pb.OrchestratorAction().setId(id);
}

function entityMessage(id: number, message: pb.SendEntityMessageAction): pb.OrchestratorAction {
  return action(id).setSendentitymessage(message);
}

describe("the actions of an answer", () => {
  it("come in ascending id, with their tags, versions and trace contexts [GR41]", () => {
    const task = new pb.ScheduleTaskAction()
      .setName("ship")
      .setVersion(wrapText("2"))
      .setInput(wrapText("null"))
      .setParenttracecontext(new pb.TraceContext().setTraceparent(TRACE).setTracestate(wrapText("a=b")));
    task.getTagsMap().set("region", "eu");
    const child = new pb.CreateSubOrchestrationAction().setName("sub").setInstanceid("c").setVersion(wrapText(""));

    expect(read(action(2).setCreatesuborchestration(child), action(1).setScheduletask(task))).toEqual([
      {
        type: "ScheduleActivity",
        id: 1,
        name: "ship",
        version: "2",
        input: "null",
        tags: { region: "eu" },
        traceContext: { traceParent: TRACE, traceState: "a=b" },
      },
      { type: "CreateSubOrchestration", id: 2, name: "sub", instanceId: "c", input: null },
    ]);
  });

  it("never let a timer fire before its time [GR42]", () => {
    const soon = new pb.CreateTimerAction().setFireat(wrapTime(AT)?.setNanos(100));

    expect(read(action(0).setCreatetimer(soon), action(1).setCreatetimer(new pb.CreateTimerAction()))).toEqual([
      { type: "CreateTimer", id: 0, fireAt: AT + 1 },
      { type: "CreateTimer", id: 1, fireAt: 0 },
    ]);
  });

  it("send events and terminate others [GR39]", () => {
    const event = new pb.SendEventAction()
      .setInstance(new pb.OrchestrationInstance().setInstanceid("other"))
      .setName("Go")
      .setData(wrapText(""));
    const end = new pb.TerminateOrchestrationAction()
      .setInstanceid("other")
      .setReason(wrapText('"enough"'))
      .setRecurse(true);

    expect(read(action(0).setSendevent(event), action(1).setTerminateorchestration(end))).toEqual([
      { type: "SendEvent", id: 0, instanceId: "other", name: "Go", input: "" },
      { type: "TerminateOrchestration", id: 1, instanceId: "other", reason: '"enough"', recurse: true },
    ]);
  });

  it("leave out what ends the execution, and rewinds, which the engine does itself", () => {
    const ending = action(3).setCompleteorchestration(new pb.CompleteOrchestrationAction());

    expect(read(ending, action(-1).setRewindorchestration(new pb.RewindOrchestrationAction()), action(4))).toEqual([]);
  });
});

describe("requests to entities", () => {
  const calls = (id: string): pb.EntityOperationCalledEvent =>
    new pb.EntityOperationCalledEvent()
      .setRequestid(id)
      .setOperation("add")
      .setInput(wrapText("5"))
      .setTargetinstanceid(wrapText("@counter@K"));

  it("name the execution that calls, whether or not the SDK has", () => {
    const called = new pb.SendEntityMessageAction().setEntityoperationcalled(calls("r1"));

    expect(read(entityMessage(0, called))).toEqual([
      {
        type: "SendEvent",
        id: 0,
        instanceId: "@counter@K",
        name: "op",
        input: JSON.stringify({ op: "add", parent: "o", parentExecution: "e", input: "5", id: "r1" }),
      },
    ]);
  });

  it("are held back until their time", () => {
    const signaled = new pb.EntityOperationSignaledEvent()
      .setRequestid("r2")
      .setOperation("tell")
      .setScheduledtime(wrapTime(AT))
      .setTargetinstanceid(wrapText("@counter@K"));
    const [sent] = read(entityMessage(0, new pb.SendEntityMessageAction().setEntityoperationsignaled(signaled)));

    expect(sent).toMatchObject({ name: "op@2030-01-01T00:00:00.000Z", dueAt: AT });
    expect(JSON.parse((sent as { input: string }).input)).toEqual({
      op: "tell",
      signal: true,
      parent: "o",
      input: null,
      id: "r2",
      due: "2030-01-01T00:00:00.000Z",
    });
  });

  it("lock entities in one order for everybody, each once [GR62]", () => {
    const lock = new pb.EntityLockRequestedEvent().setCriticalsectionid("cs").setLocksetList(["@b@2", "@a@1", "@B@2"]);
    const unlock = new pb.EntityUnlockSentEvent().setCriticalsectionid("cs").setTargetinstanceid(wrapText("@b@2"));
    const [locked, unlocked] = read(
      entityMessage(0, new pb.SendEntityMessageAction().setEntitylockrequested(lock)),
      entityMessage(1, new pb.SendEntityMessageAction().setEntityunlocksent(unlock)),
    );

    expect(locked).toMatchObject({ instanceId: "@a@1", name: "op" });
    expect(JSON.parse((locked as { input: string }).input)).toEqual({
      parent: "o",
      parentExecution: "e",
      id: "cs",
      lockset: [
        { name: "a", key: "1" },
        { name: "b", key: "2" },
      ],
      pos: 0,
    });
    expect(unlocked).toEqual({
      type: "SendEvent",
      id: 1,
      instanceId: "@b@2",
      name: "release",
      input: JSON.stringify({ parent: "o", id: "cs" }),
    });
  });

  it("that ask for nothing are left out", () => {
    const nothing = new pb.SendEntityMessageAction().setEntitylockrequested(new pb.EntityLockRequestedEvent());

    expect(read(entityMessage(0, nothing), entityMessage(1, new pb.SendEntityMessageAction()))).toEqual([]);
  });
});
