import type { Template } from "../template";

export const orchestrator: Template = {
  name: "orchestrator",
  aliases: ["Durable Functions orchestrator"],
  title: "a durable orchestrator, an activity, and the HTTP function that starts it",
  suggestion: "hello",
  uses: ["app", "df"],
  code: ({
    name,
    authLevel,
  }) => `// Calls the activity three times, one after the other. It is replayed: no input or output here, no clock, no randomness.
df.app.orchestration("${name}Orchestrator", function* (context) {
${calls(name)}
});

// Does the work. It runs at least once, and again when the process is lost meanwhile.
df.app.activity("${name}Activity", {
  handler: (city) => \`Hello, \${city}!\`,
});

// POST /api/orchestrators/${name}Orchestrator starts an instance; the answer has the URLs to follow it.
app.http("${name}HttpStart", {
  route: "orchestrators/{orchestratorName}",
  methods: ["POST"],
  authLevel: "${authLevel}",
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const body = await request.text();
    const options = body === "" ? {} : { input: JSON.parse(body) };
    const instanceId = await client.startNew(request.params.orchestratorName, options);
    context.log(\`Started orchestration '\${instanceId}'.\`);
    return client.createCheckStatusResponse(request, instanceId);
  },
});
`,
};

/** The body of an orchestrator that calls `<name>Activity` for three cities. */
export function calls(name: string): string {
  return `  const greetings = [];
  for (const city of ["Tokyo", "Seattle", "London"]) {
    greetings.push(yield context.df.callActivity("${name}Activity", city));
  }
  return greetings;`;
}
