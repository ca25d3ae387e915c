import type { CreateTimer, HistoryEvent, ScheduleActivity } from "@durable-host/engine";
import { HTTP_ACTIVITY, type CallHttpRequest, type CallHttpResponse } from "../../call-http/http-messages";
import { meaningOf, pollRequest, pollTime, withoutLocation } from "../../call-http/http-polling";

type TaskCompleted = Extract<HistoryEvent, { type: "TaskCompleted" }>;

interface HttpCall {
  /** As the code asked for it; later changes of the app's object have no effect. */
  readonly first: CallHttpRequest;
  /** Where the request in flight went. */
  readonly uri: string;
}

interface ReservedPoll extends HttpCall {
  readonly id: number;
  readonly request: CallHttpRequest;
}

/** What an answer leads to. */
interface AnswerEffect {
  readonly timer?: CreateTimer;
  /** What the SDK is to be shown instead of the answer. */
  readonly shown?: TaskCompleted;
}

/**
 * The `callHttp` tasks of an execution, and the polls that follow their 202 answers (contract §2.4, row 8).
 *
 * At a 202 the SDK counts two ids at once, the timer's and the next request's. Both are taken here at that event too, and
 * the second one lies unused in history until the timer has fired.
 */
export class HttpCalls {
  readonly #pollMs: number;
  readonly #inFlight = new Map<number, HttpCall>();
  readonly #reserved = new Map<number, ReservedPoll>();

  /** `pollMs`: delay between polls for answers that name none, in milliseconds. */
  constructor(pollMs: number) {
    this.#pollMs = pollMs;
  }

  /** The request that the code asked for. */
  first(id: number, httpRequest: CallHttpRequest): ScheduleActivity {
    const input = JSON.stringify(httpRequest);
    if (httpRequest.asynchronousPatternEnabled) {
      const first = JSON.parse(input) as CallHttpRequest;
      this.#inFlight.set(id, { first, uri: first.uri });
    }
    return { type: "ScheduleActivity", id, name: HTTP_ACTIVITY, input };
  }

  /** An activity has been answered. `takeId` is called twice if it was a request whose answer sends to another place. */
  answered(event: TaskCompleted, now: number, takeId: () => number): AnswerEffect {
    const call = this.#inFlight.get(event.taskScheduledId);
    if (!call || event.result === null) return {};
    this.#inFlight.delete(event.taskScheduledId);
    const response = JSON.parse(event.result) as CallHttpResponse;
    const meaning = meaningOf(response, call.uri);
    switch (meaning.type) {
      case "final":
        return {};
      case "unusableLocation":
        return { shown: { ...event, result: JSON.stringify(withoutLocation(response)) } };
      case "pending": {
        const timerId = takeId();
        const request = pollRequest(call.first, meaning.location);
        this.#reserved.set(timerId, { id: takeId(), first: call.first, uri: meaning.location, request });
        return { timer: { type: "CreateTimer", id: timerId, fireAt: pollTime(response, now, this.#pollMs) } };
      }
    }
  }

  /** An activity has failed, and with it the task that it was for. */
  failed(taskScheduledId: number): void {
    this.#inFlight.delete(taskScheduledId);
  }

  /** The poll that waited for this timer, under the id reserved for it. */
  timerFired(timerId: number): ScheduleActivity | undefined {
    const poll = this.#reserved.get(timerId);
    if (!poll) return undefined;
    this.#reserved.delete(timerId);
    const { id, first, uri, request } = poll;
    this.#inFlight.set(id, { first, uri });
    return { type: "ScheduleActivity", id, name: HTTP_ACTIVITY, input: JSON.stringify(request) };
  }
}
