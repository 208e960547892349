/** One value or a list of them; a list means "any of". */
export type OneOrMany<T> = T | readonly T[]

/** Which targets a rule is about: a name, a list of names, or labels that a target must all have (`kind` is its kind). */
export type TargetSelector = string | readonly string[] | { readonly [label: string]: string }

/** Attributes that an effect must have, each equal to the value or to one of the values. */
export type AttributeConditions = { readonly [attribute: string]: OneOrMany<string | number | boolean> }
