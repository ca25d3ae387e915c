import { anExecutionStarted } from "@durable-host/testkit";
import { Owner } from "./processes/child";
import { aSqliteFixture, type SqliteFixture } from "./sqlite-fixture";

let fixture: SqliteFixture;
const owners: Owner[] = [];
beforeEach(async () => {
  fixture = await aSqliteFixture();
});
afterEach(async () => {
  await Promise.all(owners.splice(0).map((owner) => owner.kill()));
  await fixture.dispose();
});

async function anOwner(file: string): Promise<Owner> {
  const owner = new Owner(file, "hold");
  owners.push(owner);
  await owner.said(1);
  return owner;
}

it("refuses a second process, naming the file, the owner's process id and what to do", async () => {
  const second = await anOwner(fixture.file);
  await second.end();
  expect(second.lines).toHaveLength(1);
  expect(second.lines[0]).toMatch(
    /^refused The store .* is in use by another process \(pid \d+\)\. .*stop the other one/,
  );
  expect(second.lines[0]).toContain(fixture.file);
  expect(second.lines[0]).toContain(`(pid ${process.pid})`);
});

it("works on undisturbed while another process is refused", async () => {
  await (await anOwner(fixture.file)).end();
  await fixture.provider().createInstance(anExecutionStarted("i1"), new Set());
  await fixture.restart();
  await expect(fixture.provider().getInstance("i1")).resolves.toMatchObject({ runtimeStatus: "Pending" });
});

it("lets the next process in as soon as the owner was killed", async () => {
  await fixture.provider().stop();
  const owner = await anOwner(fixture.file);
  expect(owner.lines).toEqual(["open"]);
  const { provider } = fixture;
  await expect(provider().start()).rejects.toMatchObject({
    code: "STORE_IN_USE",
    message: expect.stringContaining(`(pid ${owner.pid})`),
  });
  await owner.kill();
  await expect(provider().start()).resolves.toBeUndefined();
});
