/** A string that holds JSON, as history and messages carry payloads. `null` stands for "no payload". */
export type JsonText = string;
