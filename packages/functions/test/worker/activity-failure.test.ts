import { activityFailure } from "../../src/worker/run-activity";

describe("the failure of an activity", () => {
  it("has reason and details as text whatever was thrown", () => {
    for (const thrown of [undefined, null, "text", 5, { code: 1 }, new Error(""), Object.create(null)]) {
      expect(activityFailure("A", thrown)).toEqual({
        reason: expect.stringMatching(/^Activity function 'A' failed: /),
        details: expect.any(String),
      });
    }
  });

  it("takes message and stack of an error of another realm", () => {
    expect(activityFailure("A", { message: "far", stack: "far away" })).toEqual({
      reason: "Activity function 'A' failed: far",
      details: "far away",
    });
  });

  it("has structured details where the app has opted in", () => {
    const payload = {
      errorType: "PaymentError",
      errorMessage: "declined",
      isNonRetriable: false,
      properties: { code: 7 },
      stackTrace: "at pay",
    };
    expect(activityFailure("pay", new Error(JSON.stringify(payload)))).toEqual({
      reason: "Activity function 'pay' failed: declined",
      details: "at pay",
      failureDetails: {
        errorType: "PaymentError",
        errorMessage: "declined",
        stackTrace: "at pay",
        innerFailure: null,
        isNonRetriable: false,
        properties: { code: 7 },
      },
    });
  });

  it.each(['{"errorType":', '{"errorType":1,"errorMessage":"x","properties":{}}', '{"errorType":"x"}'])(
    "takes a message that only begins like them for a message: %s",
    (message) => {
      expect(activityFailure("A", new Error(message))).not.toHaveProperty("failureDetails");
    },
  );
});
