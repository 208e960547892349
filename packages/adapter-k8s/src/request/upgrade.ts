import { refuse, type Refused } from './refused.js'
import type { Headers } from './request-headers.js'
import type { RequestKind } from './request-kind.js'

const upgraded = new Set<RequestKind>(['exec', 'attach', 'portforward'])
const known = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const

/** A protocol of frames that the door understands. */
export type Subprotocol = (typeof known)[number]

/** What a connection becomes. */
export interface Upgrade {
  readonly protocols: readonly Subprotocol[]
}

/**
 * Says what a connection may become: a WebSocket with frames that are understood, for the three subresources that are one, which cannot be
 * asked for without.
 */
export function upgradeOf(kind: RequestKind, headers: Headers): Upgrade | Refused | undefined {
  const upgrade = headers.get('upgrade')
  if (upgrade === undefined) return upgraded.has(kind) ? refuse('This subresource needs a WebSocket.') : undefined
  if (!upgraded.has(kind)) return refuse('This request cannot become another protocol.')
  if (upgrade.trim().toLowerCase() !== 'websocket') return refuse('The connection would become no WebSocket.')
  if (!listOf(headers.get('connection') ?? '').some((each) => each.toLowerCase() === 'upgrade')) {
    return refuse('The header connection does not ask for the upgrade.')
  }
  const offered = new Set(listOf(headers.get('sec-websocket-protocol') ?? ''))
  const protocols = known.filter((each) => offered.has(each))
  return protocols.length === 0
    ? refuse(`No subprotocol is offered that is understood: ${known.join(' or ')}.`)
    : { protocols }
}

function listOf(text: string): readonly string[] {
  return text.split(',').map((each) => each.trim())
}
