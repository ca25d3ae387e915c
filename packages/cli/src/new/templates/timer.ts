import type { Template } from "../template";

export const timer: Template = {
  name: "timer",
  aliases: ["Timer trigger"],
  title: "a function that runs on a schedule",
  suggestion: "timerTrigger",
  uses: ["app"],
  code: ({ name }) => `// Second, minute, hour, day, month, day of the week: every five minutes.
app.timer("${name}", {
  schedule: "0 */5 * * * *",
  handler: async (timer, context) => {
    context.log(timer.isPastDue ? "The timer is late." : "The timer has fired.");
  },
});
`,
};
