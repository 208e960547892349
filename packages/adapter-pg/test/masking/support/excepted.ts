/** Whom rules with `except: [fraud]` leave alone. */
export const excepted = {
  kind: 'agent',
  subject: 'agent-2',
  roles: ['agent', 'fraud'],
  owners: ['ada'],
  agentClass: 'etl',
} as const
