import type { Refuse } from '../identity/identifier.js'
import { maxIdentifierLength } from '../identity/identifier.js'
import { strictJsonObject } from '../identity/strict-json.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import { canonicalJson } from '../model/canonical-json.js'
import { approvalLevels } from '../model/decision.js'
import type { AttributeValue, Effect } from '../model/effect.js'
import { duties } from '../model/effect.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { ShownFacts, ShownRequester } from './request-view.js'

/** What the canonical text of a request says: what people are shown of it, who asks, and by which policy. */
export interface ExactRequest extends Pick<
  ShownFacts,
  'requester' | 'target' | 'identity' | 'operation' | 'text' | 'parameters' | 'effects'
> {
  readonly engine: string
  /** The digest of the policy in force. */
  readonly policy: string
}

/** What each part of a request may say (`bindRequest`, `actorFragment`). What is not shown is for the digest alone. */
const names = {
  request: ['action', 'actionId', 'actor', 'engine', 'nonce', 'parameters', 'policy', 'run', 'state', 'target'],
  action: ['effects', 'operation', 'text'],
  effect: ['attributes', 'duty', 'resource'],
  target: ['identity', 'kind', 'labels', 'name'],
  actor: [
    'actors',
    'agentClass',
    'aliases',
    'change',
    'delegation',
    'key',
    'kind',
    'level',
    'owners',
    'person',
    'restrictingRoles',
    'roles',
    'subject',
    'verifiedBy',
  ],
  link: ['name', 'roles', 'subject'],
  subject: ['id', 'issuer'],
}

type Members = Readonly<Record<string, unknown>>

/**
 * Reads the canonical text that a request's digest is over. It has to be that text to the last byte, so that nobody reads it in
 * another way. Throws what `refuse` makes.
 */
export function exactRequest(text: string, refuse: Refuse): ExactRequest {
  const value = strictJsonObject(Buffer.from(text), 'what its digest is over', refuse)
  if (canonicalText(value) !== text) throw refuse('what its digest is over is not canonical')
  const read = new Reader(refuse)
  read.only(names.request, value, 'text')
  const action = read.only(names.action, value['action'], 'action')
  const target = read.only(names.target, value['target'], 'target')
  const parameters = read.list(value['parameters'], 'parameters')
  return {
    engine: read.text(value['engine'], 'engine'),
    policy: read.digest(value['policy'], 'policy'),
    requester: requesterOf(read, read.only(names.actor, value['actor'], 'actor')),
    target: Object.freeze({ name: read.name(target['name'], 'target'), kind: read.name(target['kind'], 'target') }),
    identity: read.texts(target['identity'], 'identity'),
    operation: read.name(action['operation'], 'operation'),
    text: read.text(action['text'], 'text'),
    // JSON text makes nothing else.
    parameters: Object.freeze(parameters) as readonly SnapshotValue[],
    effects: Object.freeze(read.list(action['effects'], 'effects').map((effect) => effectOf(read, effect))),
  }
}

function canonicalText(value: Members): string | undefined {
  try {
    return canonicalJson(value as CanonicalInput)
  } catch {
    return undefined
  }
}

function requesterOf(read: Reader, actor: Members): ShownRequester {
  const subject = read.only(names.subject, actor['subject'], 'subject')
  const kind = (['human', 'agent', 'workload'] as const).find((known) => known === actor['kind'])
  const level = approvalLevels.find((known) => known === actor['level'])
  if (kind === undefined || level === undefined) throw read.refuse('its actor is of no kind or level that is known')
  const { actors = [], change, delegation = [] } = actor
  return Object.freeze({
    kind,
    level,
    subject: Object.freeze({
      id: read.name(subject['id'], 'subject'),
      issuer: read.name(subject['issuer'], 'subject'),
    }),
    verifiedBy: read.text(actor['verifiedBy'], 'actor'),
    actors: Object.freeze(read.list(actors, 'actors').map((each) => read.text(each, 'actors'))),
    change: change === undefined ? undefined : read.text(change, 'change'),
    delegation: Object.freeze(read.list(delegation, 'delegation').map((link) => linkOf(read, link))),
  })
}

function linkOf(read: Reader, link: unknown): ShownRequester['delegation'][number] {
  const { name, subject } = read.only(names.link, link, 'delegation')
  read.only(names.subject, subject, 'delegation')
  return Object.freeze(name === undefined ? {} : { name: read.text(name, 'delegation') })
}

function effectOf(read: Reader, value: unknown): Effect {
  const { attributes, duty, resource } = read.only(names.effect, value, 'effects')
  const known = duties.find((each) => each === duty)
  if (known === undefined) throw read.refuse('one of its effects has no duty that is known')
  const entries = Object.entries(read.members(attributes, 'effects'))
  return Object.freeze({
    duty: known,
    resource: read.text(resource, 'effects'),
    attributes: Object.freeze(Object.fromEntries(entries.map(([name, each]) => [name, attributeOf(read, each)]))),
  })
}

function attributeOf(read: Reader, value: unknown): AttributeValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return Object.freeze(read.list(value, 'effects').map((each) => read.text(each, 'effects')))
}

/** Reads members of a request, or refuses it by their name. */
export class Reader {
  readonly refuse: Refuse

  constructor(refuse: Refuse) {
    this.refuse = refuse
  }

  text(value: unknown, field: string): string {
    if (typeof value === 'string') return value
    throw this.refuse(`its ${field} is not text`)
  }

  /** A name is kept for longer than its request, so it has a bound: that of every name of an identity. */
  name(value: unknown, field: string): string {
    const name = this.text(value, field)
    if (name.length <= maxIdentifierLength) return name
    throw this.refuse(`its ${field} is longer than ${String(maxIdentifierLength)} characters`)
  }

  digest(value: unknown, field: string): string {
    if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value
    throw this.refuse(`its ${field} is no digest`)
  }

  list(value: unknown, field: string): readonly unknown[] {
    if (Array.isArray(value)) return value
    throw this.refuse(`its ${field} is not a list`)
  }

  members(value: unknown, field: string): Members {
    // A JSON value that is no array, string, number, boolean or null.
    if (Object.prototype.toString.call(value) === '[object Object]') return value as Members
    throw this.refuse(`its ${field} has no members`)
  }

  /** Members, none but these: what nobody here knows nobody is shown. */
  only(names: readonly string[], value: unknown, field: string): Members {
    const members = this.members(value, field)
    if (Object.keys(members).every((name) => names.includes(name))) return members
    throw this.refuse(`its ${field} has members that are not known`)
  }

  texts(value: unknown, field: string): Readonly<Record<string, string>> {
    const entries = Object.entries(this.members(value, field))
    return Object.freeze(Object.fromEntries(entries.map(([name, each]) => [name, this.text(each, field)])))
  }
}
