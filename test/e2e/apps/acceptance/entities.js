"use strict";
const df = require("durable-functions");

/** Remembers what it is told, with the type it came as and the invocation that it came in. */
df.app.entity("notes", (context) => {
  const { df: entity } = context;
  const notes = entity.getState(() => []);
  switch (entity.operationName) {
    case "add":
      entity.setState([...notes, entity.getInput()]);
      break;
    case "addInvocation":
      entity.setState([...notes, context.invocationId]);
      break;
    case "get":
      entity.return(notes);
      break;
    case "throw":
      throw new Error(entity.getInput());
    case "delete":
      entity.destructOnExit();
      break;
  }
});

df.app.entity("absent", ({ df: entity }) => {
  entity.return("here");
});
