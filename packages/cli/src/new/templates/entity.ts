import type { Template } from "../template";

export const entity: Template = {
  name: "entity",
  aliases: ["Durable Functions entity"],
  title: "a durable entity, and the HTTP function that reads and signals it",
  suggestion: "counter",
  uses: ["app", "df"],
  code: ({ name, authLevel }) => `// A counter for each key. Operations on one key run one after the other.
df.app.entity("${name}", (context) => {
  const current = Number(context.df.getState(() => 0));
  switch (context.df.operationName) {
    case "add":
      context.df.setState(current + Number(context.df.getInput() ?? 1));
      break;
    case "reset":
      context.df.setState(0);
      break;
    case "get":
      context.df.return(current);
      break;
  }
});

// GET /api/${name}/{key} reads it; POST with a number adds that.
app.http("${name}Http", {
  route: "${name}/{key}",
  methods: ["GET", "POST"],
  authLevel: "${authLevel}",
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const id = new df.EntityId("${name}", request.params.key);
    if (request.method === "POST") {
      const amount = Number((await request.text()) || 1);
      await client.signalEntity(id, "add", amount);
      return { status: 202 };
    }
    const state = await client.readEntityState(id);
    return state.entityExists ? { jsonBody: state.entityState } : { status: 404 };
  },
});
`,
};
