import type { ActivityResult, Executor } from "@durable-host/engine";
import { HTTP_ACTIVITY, type CallHttpRequest, type CallHttpResponse } from "../call-http/http-messages";
import { activityFailure } from "../worker/run-activity";

/** Code that answers the requests of `context.df.callHttp`; what it leaves out is 200, no headers, no content. */
export type HttpAnswerer = (request: CallHttpRequest) => Partial<CallHttpResponse> | Promise<Partial<CallHttpResponse>>;

/** An executor of which no request of `callHttp` leaves the process. What `answer` throws fails the request's task. */
export function answerHttp(app: Executor, answer: HttpAnswerer): Executor {
  return {
    ...app,
    executeActivity: (task, signal, cancellation) =>
      task.name === HTTP_ACTIVITY ? runAnswer(answer, task.input) : app.executeActivity(task, signal, cancellation),
    knows: (kind, name) => (kind === "activity" && name === HTTP_ACTIVITY) || app.knows(kind, name),
  };
}

async function runAnswer(answer: HttpAnswerer, input: string | null): Promise<ActivityResult> {
  try {
    // Written by this runtime, in the shape of the SDK's action.
    const request = JSON.parse(input ?? "{}") as CallHttpRequest;
    const response: CallHttpResponse = { statusCode: 200, headers: {}, content: "", ...(await answer(request)) };
    return { type: "Completed", result: JSON.stringify(response) };
  } catch (error) {
    return { type: "Failed", ...activityFailure(HTTP_ACTIVITY, error) };
  }
}
