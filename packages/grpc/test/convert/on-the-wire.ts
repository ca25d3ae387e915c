/** A message as its receiver has it: serialised and read again. */
export function onTheWire<Message extends { serializeBinary(): Uint8Array }>(message: Message): Message {
  const type = message.constructor as unknown as { deserializeBinary(bytes: Uint8Array): Message };
  return type.deserializeBinary(message.serializeBinary());
}
