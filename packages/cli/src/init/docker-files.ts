import type { Language } from "./project";

/** What makes an image of an app. The store, where it is the embedded one, is in a folder that a volume can be put to. */
export function dockerFiles(language: Language): Readonly<Record<string, string>> {
  return { Dockerfile: dockerfile(language === "typescript"), ".dockerignore": IGNORED };
}

const IGNORED = [".durable", ".git", ".vscode", "dist", "local.settings.json", "node_modules", "test", ""].join("\n");

function dockerfile(isTypeScript: boolean): string {
  return `FROM node:22-slim AS build
WORKDIR /app
COPY package*.json ./
RUN npm install
COPY . .
RUN ${isTypeScript ? "npm run build && " : ""}npm prune --omit=dev

FROM node:22-slim
ENV NODE_ENV=production AZURE_FUNCTIONS_ENVIRONMENT=Production
WORKDIR /app
COPY --from=build /app ./
RUN mkdir /data && chown node:node /data
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
CMD ["node", "node_modules/durable-host/bin/durable-host.js", "start", "--address", "0.0.0.0", "--port", "8080", "--data-dir", "/data"]
`;
}
