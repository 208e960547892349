/** Who is in the local workspace, as people.yaml calls them, and their Slack users. */
export const localPeople = [
  { name: 'ada', user: 'U0ADA' },
  { name: 'grace', user: 'U0GRACE' },
  { name: 'linus', user: 'U0LINUS' },
] as const

export type LocalPerson = (typeof localPeople)[number]['name']
