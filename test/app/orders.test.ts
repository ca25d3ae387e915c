import "durable-host/testing";
import { assessStock } from "../../src/activities/assess-stock";
import { trackShipment } from "../../src/activities/track-shipment";
import { validateOrder } from "../../src/activities/validate-order";
import { checkOrder } from "../../src/orders/check-order";
import { shippedAt, trackingNumber } from "../../src/orders/tracking-number";
import { numberSetting, reportSkus } from "../../src/settings";

const LINE = { sku: "book", quantity: 1, unitPrice: 10 };

describe("checkOrder", () => {
  it("reports every problem at once, with its place", () => {
    const check = checkOrder({ customer: " ", card: 5, lines: [{ sku: "a b", quantity: 0, unitPrice: -1 }, 7] });

    expect(check).toEqual({
      ok: false,
      problems: [
        "customer must be a non-empty text",
        'lines[0].sku must be 1 to 64 letters, digits, "-" or "_"',
        "lines[0].quantity must be a positive integer",
        "lines[0].unitPrice must be a number of 0 or more",
        "lines[1] must be an object",
        "card must be a non-empty text",
      ],
    });
  });

  it("merges lines of one SKU, so that its entity is locked once", () => {
    const check = checkOrder({ customer: "Ada", lines: [LINE, { ...LINE, quantity: 2 }] });

    expect(check).toMatchObject({ ok: true, order: { lines: [{ sku: "book", quantity: 3, unitPrice: 10 }] } });
  });

  it("refuses two prices for one SKU", () => {
    const check = checkOrder({ customer: "Ada", lines: [LINE, { ...LINE, unitPrice: 11 }] });

    expect(check).toEqual({ ok: false, problems: ["lines[1].unitPrice differs from an earlier line with sku book"] });
  });

  it.each([[null], [[]], ["text"], [undefined]])("refuses %j, which is no object", (value) => {
    expect(checkOrder(value)).toEqual({ ok: false, problems: ["the order must be a JSON object"] });
  });

  it("drops what it does not know", () => {
    const check = checkOrder({ customer: "Ada", lines: [LINE], discount: 99 });

    expect(check.ok && Object.keys(check.order)).toEqual(["customer", "lines", "card", "address"]);
  });
});

describe("app settings", () => {
  const names = ["ORDER_APPROVAL_THRESHOLD", "ORDER_APPROVAL_TIMEOUT_SECONDS", "REPORT_SKUS"];
  afterEach(() => names.forEach((name) => delete process.env[name]));

  it("have defaults, also when empty", () => {
    expect(numberSetting("ORDER_APPROVAL_THRESHOLD")).toBe(1000);
    process.env["ORDER_APPROVAL_THRESHOLD"] = "";
    expect(numberSetting("ORDER_APPROVAL_THRESHOLD")).toBe(1000);
  });

  it.each(["soon", "-1"])("that are %j are refused by name", (value) => {
    process.env["ORDER_APPROVAL_THRESHOLD"] = value;
    expect(() => numberSetting("ORDER_APPROVAL_THRESHOLD")).toThrow(`ORDER_APPROVAL_THRESHOLD must be a number`);
  });

  it("are settled in the plan when an order is validated", () => {
    process.env["ORDER_APPROVAL_THRESHOLD"] = "10";
    process.env["ORDER_APPROVAL_TIMEOUT_SECONDS"] = "3";

    expect(validateOrder({ customer: "Ada", lines: [LINE] })).toMatchObject({
      accepted: true,
      plan: { total: 10, needsApproval: true, approvalTimeoutSeconds: 3 },
    });
  });

  it("list the SKUs of the report", () => {
    expect(reportSkus()).toEqual([]);
    process.env["REPORT_SKUS"] = "book, lamp,,";
    expect(reportSkus()).toEqual(["book", "lamp"]);
  });
});

describe("shipments", () => {
  const request = { orderId: "o-1", line: LINE, address: "x", shippedAt: "2026-01-05T08:00:00.000Z" };

  it("have the same tracking number at every attempt, and it tells when they left", () => {
    expect(trackingNumber(request)).toBe(trackingNumber({ ...request }));
    expect(shippedAt(trackingNumber(request))).toBe(Date.parse(request.shippedAt));
  });

  it("are in transit, then delivered", () => {
    const sentSecondsAgo = (seconds: number): string =>
      trackingNumber({ ...request, shippedAt: new Date(Date.now() - seconds * 1000).toISOString() });

    expect(trackShipment(sentSecondsAgo(1))).toBe("InTransit");
    expect(trackShipment(sentSecondsAgo(21))).toBe("Delivered");
    expect(trackShipment("something else")).toBe("Unknown");
  });
});

describe("assessStock", () => {
  it("orders again below ten units", () => {
    expect(assessStock({ sku: "a", available: 9, reserved: 0 }).reorder).toBe(true);
    expect(assessStock({ sku: "a", available: 10, reserved: 0 }).reorder).toBe(false);
  });
});
