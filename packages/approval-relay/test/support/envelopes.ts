import { randomBytes } from 'node:crypto'

/** What a test says of a request; everything else is usual. */
export interface RequestParts {
  readonly engine?: string
  readonly id?: string
  readonly text?: string
  readonly parameters?: readonly unknown[]
  readonly effects?: readonly { readonly duty: string; readonly resource: string; readonly attributes: object }[]
  readonly requester?: string
  readonly target?: string
  readonly expiresAtMs?: number
  readonly estimate?: unknown
  readonly settings?: Readonly<Record<string, string>>
  readonly nonce?: string
  /** What masks hide. */
  readonly hidden?: object
}

/** A request as an engine sends it, made without an engine. */
export function envelopeOf(parts: RequestParts = {}): { readonly id: string; readonly body: string } {
  const id = parts.id ?? randomBytes(16).toString('hex')
  const exact = canonical({
    action: {
      effects: parts.effects ?? [{ duty: 'delete', resource: 'table:public.invoices', attributes: {} }],
      operation: 'query',
      text: parts.text ?? 'delete from invoices where id = $1',
    },
    actor: {
      kind: 'agent',
      level: 'signed',
      subject: { issuer: 'https://agents.example', id: parts.requester ?? 'etl' },
      verifiedBy: 'jwt',
    },
    engine: parts.engine ?? 'orders',
    nonce: parts.nonce ?? randomBytes(16).toString('hex'),
    parameters: parts.parameters ?? ['s3cret-parameter'],
    policy: 'ab'.repeat(32),
    target: { identity: { host: 'db.example' }, kind: 'postgres', name: parts.target ?? 'orders' },
  })
  const claims = {
    expiresAt: new Date(parts.expiresAtMs ?? Date.now() + 15 * 60_000).toISOString(),
    hidden: parts.hidden ?? null,
    id,
    rules: ['prod-writes'],
    stages: [{ count: 1, independent: [], role: 'dba', stage: 'peer' }],
    ...(parts.estimate === undefined ? {} : { estimate: parts.estimate }),
    ...(parts.settings === undefined ? {} : { settings: parts.settings }),
  }
  return { id, body: canonical({ claims, exact, v: 2 }) }
}

/** RFC 8785 for what these tests hold: names of ASCII, whole numbers. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  )
}
