import type { ExpressionContext } from "../../src/bindings/binding-expression";
import { sqlParameters } from "../../src/bindings/sql/sql-parameters";

const context = (data: ExpressionContext["data"]): ExpressionContext => ({ data, functionName: "find", now: 0 });

describe("the parameters of an sql binding", () => {
  it("are names with texts, expressions and settings", () => {
    const read = sqlParameters("@id={id}, @Owner=%OWNER%,@kind=a {Query.kind}", { OWNER: "Ada" });
    expect(read(context({ id: 7, Query: { kind: "chair" } }))).toEqual([
      { name: "id", value: "7" },
      { name: "Owner", value: "Ada" },
      { name: "kind", value: "a chair" },
    ]);
  });

  it("know NULL and the empty text", () => {
    expect(sqlParameters("@a=null,@b=NULL,@c=,", {})(context({}))).toEqual([
      { name: "a", value: null },
      { name: "b", value: null },
      { name: "c", value: "" },
    ]);
    expect(sqlParameters("", {})(context({}))).toEqual([]);
  });

  it("never come from a value, and keep commas that are in one", () => {
    const read = sqlParameters("@name={name},@list=1,2,3,@last=x", {});
    expect(read(context({ name: "a,@last=y" }))).toEqual([
      { name: "name", value: "a,@last=y" },
      { name: "list", value: "1,2,3" },
      { name: "last", value: "x" },
    ]);
  });

  it.each(["id=1", "@id", "@=1", "{id}"])("are refused as %p", (text) => {
    expect(() => sqlParameters(text, {})).toThrow(/in the parameters of its sql binding is none\. Write "@id=\{id\}/);
  });
});
