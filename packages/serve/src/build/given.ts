/** The members that were given: an option that is undefined is another thing than one that is left out. */
export type Given<Of extends object> = {
  [Key in keyof Of as undefined extends Of[Key] ? never : Key]: Of[Key]
} & { [Key in keyof Of as undefined extends Of[Key] ? Key : never]?: Exclude<Of[Key], undefined> }

/** Leaves out what is undefined. */
export function given<const Of extends object>(members: Of): Given<Of> {
  // Exactly the members that are not undefined, which is what the type says.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<Of>
}
