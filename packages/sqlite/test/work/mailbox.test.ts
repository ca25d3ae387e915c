import { Mailbox } from "../../src/work/mailbox";
import { MESSAGE_ROLES, type MessageEntry } from "../../src/work/message-entry";
import { Timers } from "../../src/work/timers";

const NO_LIMITS = { messages: 1_000, bytes: 1_000_000 };

function aMailbox() {
  const mailbox = new Mailbox();
  const timers = new Timers();
  const onDue = jest.fn();
  let next = 1;
  return {
    mailbox,
    timers,
    onDue,
    add(fields: Partial<MessageEntry> = {}): MessageEntry {
      const entry: MessageEntry = { sequenceNumber: next++, role: MESSAGE_ROLES.ordinary, bytes: 10, ...fields };
      mailbox.add(entry, 0, timers, onDue);
      return entry;
    },
    numbers: (limits = NO_LIMITS) => mailbox.handOut(limits).map(({ sequenceNumber }) => sequenceNumber),
  };
}

it("hands out what is due and keeps it until it is removed", () => {
  const { mailbox, timers, add, numbers } = aMailbox();
  const [first] = [add(), add()];
  expect(numbers()).toEqual([1, 2]);
  expect(numbers()).toEqual([1, 2]);
  mailbox.remove(new Set([first]), timers);
  expect(numbers()).toEqual([2]);
  expect(mailbox.size).toBe(1);
});

it("puts a message that becomes due in the place of its number", () => {
  const { timers, onDue, add, numbers } = aMailbox();
  add();
  add({ dueAt: 100 });
  add();
  expect(numbers()).toEqual([1, 3]);
  timers.run(100);
  expect(numbers()).toEqual([1, 2, 3]);
  expect(onDue).toHaveBeenCalledTimes(1);
});

it("hands out no more than the limits allow, but always one message", () => {
  const { add, numbers } = aMailbox();
  for (let count = 0; count < 5; count++) add({ bytes: 40 });
  expect(numbers({ messages: 3, bytes: 1_000 })).toEqual([1, 2, 3]);
  expect(numbers({ messages: 100, bytes: 100 })).toEqual([1, 2]);
  expect(numbers({ messages: 100, bytes: 1 })).toEqual([1]);
});

it("hands a due start out first, however much came before it", () => {
  const { mailbox, timers, add, numbers } = aMailbox();
  for (let count = 0; count < 3; count++) add({ bytes: 40 });
  const start = add({ role: MESSAGE_ROLES.start, bytes: 200 });
  expect(numbers()).toEqual([4, 1, 2, 3]);
  expect(numbers({ messages: 2, bytes: 1_000 })).toEqual([4, 1]);
  expect(numbers({ messages: 100, bytes: 100 })).toEqual([4]);
  mailbox.remove(new Set([start]), timers);
  expect(numbers()).toEqual([1, 2, 3]);
});

it("hands out all starts before the rest, in their order", () => {
  const { add, numbers } = aMailbox();
  add();
  add({ role: MESSAGE_ROLES.start });
  add();
  add({ role: MESSAGE_ROLES.start });
  expect(numbers({ messages: 1, bytes: 1 })).toEqual([2, 4]);
  expect(numbers()).toEqual([2, 4, 1, 3]);
});

it("hands out a scheduled start that is not due with the termination, and not without it", () => {
  const { mailbox, timers, add, numbers } = aMailbox();
  const start = add({ role: MESSAGE_ROLES.start, dueAt: 100 });
  for (let count = 0; count < 3; count++) add();
  expect(numbers()).toEqual([2, 3, 4]);
  const termination = add({ role: MESSAGE_ROLES.terminate });
  expect(numbers({ messages: 1, bytes: 1_000 })).toEqual([1, 5]);
  mailbox.remove(new Set([start, termination]), timers);
  expect([timers.size, numbers()]).toEqual([0, [2, 3, 4]]);
});

it("has no work while a scheduled start waits, unless it was terminated", () => {
  const { mailbox, timers, add } = aMailbox();
  add({ role: MESSAGE_ROLES.start, dueAt: 100 });
  add();
  expect(mailbox.hasWork).toBe(false);
  const termination = add({ role: MESSAGE_ROLES.terminate });
  expect(mailbox.hasWork).toBe(true);
  mailbox.remove(new Set([termination]), timers);
  expect(mailbox.hasWork).toBe(false);
  timers.run(100);
  expect(mailbox.hasWork).toBe(true);
});

it("leaves nothing behind of a waiting message that is removed", () => {
  const { mailbox, timers, onDue, add } = aMailbox();
  const timer = add({ timerId: 7, dueAt: 100 });
  expect(mailbox.timer(7)).toBe(timer);
  mailbox.remove(new Set([timer]), timers);
  expect([mailbox.size, timers.size, mailbox.timer(7), mailbox.allTimers()]).toEqual([0, 0, undefined, []]);
  timers.run(100);
  expect(onDue).not.toHaveBeenCalled();
});

it("knows which messages are for other executions", () => {
  const { mailbox, add } = aMailbox();
  add();
  add({ executionId: "e2" });
  const old = add({ executionId: "e1" });
  const oldTimer = add({ executionId: "e1", timerId: 1, dueAt: 100 });
  add({ executionId: "e1", role: MESSAGE_ROLES.start });
  expect(mailbox.ofOtherExecutions("e2")).toEqual([old, oldTimer]);
});
