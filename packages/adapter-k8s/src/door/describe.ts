import type { Description } from '@bothkeys/core/adapter'
import type { PatchType } from '../danger/write-style.js'
import { connectionEffects, connectionText } from '../effects/connection-effects.js'
import type { Result } from '../effects/danger-effects.js'
import { effectsOf, effectsOfPath } from '../effects/effects-of.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { processFacts } from '../streams/process-facts.js'
import type { Refused } from '../request/refused.js'
import { shownBody } from './shown-body.js'

const patchTypes: ReadonlyMap<string, PatchType> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
])

/** What a request is and does. Its text is what will be sent, but for the values of secrets; the record has method and path alone. `result`: what comes of it. */
export function describe(
  request: CanonicalRequest,
  groups: ReadonlySet<string>,
  result: Result = 'unseen',
): Description | Refused {
  const { body, dryRun, headers, info, method, query, target } = request
  const force = query.some(([name, value]) => name === 'force' && value === 'true')
  const effects = info.isResource
    ? effectsOf(
        { ...info, dryRun, force, result, patchType: patchTypes.get(headers['content-type'] ?? ''), body: body?.value },
        groups,
      )
    : effectsOfPath(info.path)
  if ('refused' in effects) return effects
  const type = headers['content-type'] === undefined ? '' : `\ncontent-type: ${headers['content-type']}`
  const shown = shownBody(request)
  const connection = body === undefined ? connectionText(request) : undefined
  const said = connection ?? shown.text
  const head = `${method} ${target}${type}${body === undefined && connection === undefined ? '' : '\n\n'}`
  const secrets = shown.secrets.map(({ end, start }) => ({ start: head.length + start, end: head.length + end }))
  return Object.freeze({
    operation: info.verb,
    text: head + said,
    recordedText: `${method} ${info.path}`,
    ...(request.kind === 'exec' && { argv: processFacts(request).command }),
    effects: connectionEffects(request, effects),
    ...(secrets.length > 0 && { secrets: Object.freeze(secrets) }),
  })
}

/** What nobody could read. */
export const notUnderstood: Description = Object.freeze({
  operation: 'request',
  text: '',
  recordedText: '(a request that is not understood)',
  effects: Object.freeze([
    Object.freeze({ duty: 'opaque', resource: 'request:unreadable', attributes: Object.freeze({}) } as const),
  ]),
})
