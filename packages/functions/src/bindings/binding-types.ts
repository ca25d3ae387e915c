import type { BindingType } from "./binding-type";

/** The types of bindings that are no triggers, by lower-case name. */
export const BINDING_TYPES: Readonly<Record<string, BindingType>> = {};
