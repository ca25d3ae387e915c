import { statuses, time } from "../command-options";

/** Conditions that listing and purging share, under func's names. */
export const CREATION_AND_STATUS = {
  createdAfter: time("--created-after <time>", "only instances created then or later (UTC unless it has a zone)"),
  createdBefore: time("--created-before <time>", "only instances created then or earlier"),
  runtimeStatus: statuses("--runtime-status <statuses...>", "only instances in one of these statuses"),
};
