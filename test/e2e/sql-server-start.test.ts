import { execFile } from "node:child_process";
import { join } from "node:path";
import { HostFixture, freePort } from "@durable-host/testkit";
import { hostSettings } from "../../packages/mssql/test/stand/host-settings";
import { describeWithServer, withDatabase } from "../../packages/mssql/test/stand/server";
import { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import { REFERENCE_APP } from "./reference-app";

const CLI = join(__dirname, "../../packages/cli/bin/durable-host.js");
/** A server that does not answer is asked several times. */
const PATIENCE_MS = 60_000;

jest.setTimeout(120_000);

describeWithServer("durable-host start with SQL Server", (server) => {
  const fixture = new HostFixture();
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
  });
  afterEach(() => fixture.dispose());
  afterAll(() => database?.drop());

  /** Starts a host that cannot run; resolves to how it ended and the paragraph it ended with. */
  async function refusal(connectionString: string, env: Readonly<Record<string, string>> = {}) {
    const settings = { ...hostSettings(connectionString), ...env };
    const { code, output } = await fixture.run({ scriptRoot: REFERENCE_APP, env: settings }, PATIENCE_MS);
    return { code, message: output.trim().split("\n").at(-1) ?? "", output };
  }

  it("ends with code 1 when the server knows no such login, and prints no password", async () => {
    const login = "User ID=nobody_at_all;Password=not-that-one";
    const { code, message, output } = await refusal(`${database.connectionString};${login}`);

    expect(code).toBe(1);
    expect(message).toMatch(/^The server .* refused the (?:login|connection) .*nobody_at_all/);
    expect(output).not.toContain("not-that-one");
  });

  it("ends with code 1 when there is no such database, and says how to have it created", async () => {
    const { code, message } = await refusal(withDatabase(server.connectionString, "no_such_database"));

    expect(code).toBe(1);
    expect(message).toMatch(/has no database no_such_database that this login may open.*createDatabaseIfNotExists/);
  });

  it("ends with code 1 when nobody listens at the address", async () => {
    const address = `127.0.0.1,${await freePort()}`;
    const { code, message } = await refusal(`${database.connectionString};Server=${address};Connect Timeout=2`);

    expect(code).toBe(1);
    expect(message).toContain("cannot be reached: nothing listens there. Check that it runs with TCP enabled");
  });

  it("ends with code 1 when the connection string makes no sense, and names the setting", async () => {
    const { code, message } = await refusal("Server=db.example.com;Password=secret-one");

    expect(code).toBe(1);
    expect(message).toBe(
      "The connection setting SQLDB_Connection cannot be used. The connection string lacks Database: add Database=….",
    );
  });

  it("ends with code 1 when a newer release has been at the schema", async () => {
    await database.client.batch("UPDATE dt_host.Revisions SET Revision = Revision + 1000");
    const { code, message } = await refusal(database.connectionString);
    await database.client.batch("UPDATE dt_host.Revisions SET Revision = Revision - 1000");

    expect(code).toBe(1);
    expect(message).toMatch(/^The schema dt has revision \d+, made by a newer release.*Update durable-host/);
    expect(message).not.toContain("--data-dir");
  });

  it("ends with code 1 when the task hub's name is too long for the column", async () => {
    const { code, message } = await refusal(database.connectionString, {
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__taskHubName: "h".repeat(51),
    });

    expect(code).toBe(1);
    expect(message).toContain("storageProvider.taskHubName): use 1 to 50 letters, digits, - and _");
  });
});

describeWithServer("durable commands on a database", (server) => {
  const fixture = new HostFixture();
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
  });
  afterAll(async () => {
    await fixture.dispose();
    await database?.drop();
  });

  /** Runs a command of the reference app, whether or not a host runs. */
  function durable(schema: string, ...args: readonly string[]) {
    const { NODE_OPTIONS: _options, ...inherited } = process.env;
    const env = { ...inherited, ...hostSettings(database.connectionString, { taskHub: "Commands", schema }) };
    const argv = [CLI, "durable", ...args, "--offline", "--script-root", REFERENCE_APP];
    return new Promise<{ code: number; output: string; errors: string }>((resolve) => {
      execFile(process.execPath, argv, { env }, (error, output, errors) => {
        resolve({ code: error === null ? 0 : Number(error.code), output, errors });
      });
    });
  }

  it("keep what they start until a host runs it, and see what became of it", async () => {
    const started = await durable("dt", "start-new", "--function-name", "helloCities", "--id", "from-afar");
    expect(started).toMatchObject({ code: 0, output: "Started 'helloCities' with the instance id from-afar.\n" });
    expect(started.errors).toContain("Using the task hub Commands in the database of SQLDB_Connection.\n");
    expect(started.errors).toContain("It is stored; a host that runs carries it out.");

    const env = hostSettings(database.connectionString, { taskHub: "Commands" });
    await fixture.start({ scriptRoot: REFERENCE_APP, env });
    await (await fixture.client()).waitForEnd("from-afar");
    const status = await durable("dt", "get-runtime-status", "from-afar", "--show-output");
    expect(status.output).toMatch(/Status +Completed[\s\S]*Hello London/);
  });

  it("set nothing up where there is no schema, and say how to", async () => {
    const { code, errors } = await durable("elsewhere", "get-instances");

    expect(code).toBe(1);
    expect(errors).toMatch(/has no schema elsewhere.*durable-host storage init/);
    const schemas = await database.client.query("SELECT name FROM sys.schemas WHERE name LIKE 'elsewhere%'");
    expect(schemas.sets[0]).toEqual([]);
  });
});
