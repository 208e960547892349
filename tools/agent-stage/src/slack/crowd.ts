import type { Directory } from '@bothkeys/core'
import { policy } from '../stage.js'

/** Where people log in. */
export const people = 'https://people.example'

/** Slack user and roles of each. Ada is accountable for the agents. */
export const crowd = {
  ann: { user: 'U0ANN', roles: ['operator'] },
  bob: { user: 'U0BOB', roles: ['operator'] },
  ada: { user: 'U0ADA', roles: ['operator'] },
} as const

export type Name = keyof typeof crowd

export const directory: Directory = {
  resolve: ({ id, issuer }) => {
    if (issuer === 'unverified' && id.startsWith('agent-')) {
      return { kind: 'agent', owners: [{ issuer: people, id: 'ada' }], agentClass: 'etl', disabled: false }
    }
    if (issuer !== people || !Object.hasOwn(crowd, id)) return undefined
    // It has that name.
    return { kind: 'human', person: id, roles: crowd[id as Name].roles, disabled: false }
  },
}

/** The policy of the stage, where what is held waits for two people. */
export const twoPeople = {
  ...policy,
  hold: policy.hold.map((rule) => ({
    ...rule,
    require: [{ stage: 'operator', count: 2, role: 'operator', independent: ['subject', 'person'] }],
    level: 'channel',
    ttl: '5m',
  })),
}
