import { hash } from 'node:crypto'
import { BothKeysError } from '@bothkeys/core'
import type { RelayedRequest } from '@bothkeys/core/relay'
import {
  assertKnownOptions,
  parseResource,
  parseResourcePattern,
  patternMatches,
  requestFor,
  requestView,
} from '@bothkeys/core/relay'
import type { PersonView, ShownRequest } from './desk.js'
import { withheld } from './withheld.js'

/** Requests whose content is withheld from whoever has none of some roles. */
export interface RelayMask {
  /** A pattern over the resources of a policy: `table:public.cards`, `table:public.*`, `table:**`. */
  readonly resource: string
  /** Only on the target of this name. Left out: on any. */
  readonly target?: string
  /** Whoever has one of these roles in the directory sees everything. */
  readonly clearFor: readonly string[]
}

/** Whether a mask is about a request. */
interface ReadMask {
  readonly covers: (request: RelayedRequest) => boolean
  readonly clearFor: ReadonlySet<string>
}

const known: ReadonlySet<string> = new Set<keyof RelayMask>(['resource', 'target', 'clearFor'])

/** Says what somebody with some roles may see of a request. Throws ERR_CONFIG_INVALID for a mask that is none. */
export function maskedViews(
  masks: readonly RelayMask[],
): (request: RelayedRequest, roles: readonly string[]) => PersonView {
  const read = masks.map(readMask)
  // A list makes many of them, again and again.
  const masked = new WeakMap<RelayedRequest, PersonView>()
  const clear = new WeakMap<RelayedRequest, PersonView>()
  return (request, roles) => {
    const covering = read.filter((mask) => mask.covers(request))
    const isClear = covering.every((mask) => roles.some((role) => mask.clearFor.has(role)))
    const views = isClear ? clear : masked
    // What the engine's policy masks is for others to see than what is masked here.
    const seen = isClear ? requestFor(request, roles) : request
    const known = views.get(seen) ?? (isClear ? clearView(seen) : maskedView(seen))
    views.set(seen, known)
    return known
  }
}

function readMask(mask: RelayMask): ReadMask {
  assertKnownOptions('createRelay: masks', mask, known)
  const { clearFor, resource, target } = mask
  const pattern = typeof resource === 'string' ? parseResourcePattern(resource) : 'a mask needs a resource'
  if (typeof pattern === 'string') throw wrong(pattern)
  if (target !== undefined && typeof target !== 'string') throw wrong('target is the name of a target')
  if (!Array.isArray(clearFor) || !clearFor.every((role) => typeof role === 'string')) {
    throw wrong('clearFor is a list of roles')
  }
  return {
    clearFor: new Set(clearFor),
    covers: (request) =>
      (target === undefined || request.target.name === target) &&
      request.effects.some(({ duty, resource: touched }) => {
        const parsed = parseResource(touched)
        // What was not understood can touch anything.
        return duty === 'opaque' || parsed === undefined || patternMatches(pattern, parsed)
      }),
  }
}

function clearView({ exact: _exact, view, ...request }: RelayedRequest): PersonView {
  const { complete, digest, masked: hidden = false, text } = view
  const allowUpTo = complete ? 'phishing-resistant' : 'channel'
  return Object.freeze({ text, request, complete, hidden, masked: false, digest, allowUpTo })
}

function maskedView(whole: RelayedRequest): PersonView {
  const request = withheld(whole)
  const text = withoutContent(request)
  const digest = hash('sha256', `bothkeys.masked-view.v1\0${text}`, 'hex')
  return Object.freeze({ text, request, complete: false, masked: true, digest, allowUpTo: 'channel' })
}

/** The view of what is not masked, which says that it is no whole one. */
function withoutContent(request: ShownRequest): string {
  const { text } = requestView(request)
  return `${text.replace('\n  parameters none', '\n  parameters withheld')}\n  ! THIS VIEW IS MASKED, SO IT CANNOT BE APPROVED HERE.`
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `createRelay: masks: ${what}`)
}
