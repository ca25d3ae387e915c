import type { Template } from "../template";

export const http: Template = {
  name: "http",
  aliases: ["HTTP trigger"],
  title: "a function behind a URL",
  suggestion: "httpTrigger",
  uses: ["app"],
  code: ({ name, authLevel }) => `// GET or POST /api/${name}?name=Ada
app.http("${name}", {
  methods: ["GET", "POST"],
  authLevel: "${authLevel}",
  handler: async (request, context) => {
    context.log(\`\${request.method} \${request.url}\`);
    const name = request.query.get("name") || (await request.text()) || "world";
    return { body: \`Hello, \${name}!\` };
  },
});
`,
};
