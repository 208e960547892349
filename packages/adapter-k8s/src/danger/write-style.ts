import type { JsonValue } from '../json.js'
import type { Findings } from './finding.js'
import { isList, Spot } from './spot.js'

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

interface Write {
  readonly verb: string
  readonly patchType?: PatchType | undefined
  readonly force?: boolean | undefined
  readonly body?: JsonValue | undefined
}

/** What a write takes with it beside what it says. */
export function checkWriteStyle({ verb, patchType, force, body }: Write, findings: Findings): void {
  const sent = new Spot(body, '')
  const note = (check: string, path: string, message: string) => findings.add('write-style', check, path, message)
  if (verb === 'update') {
    const version = sent.at('metadata', 'resourceVersion')
    if (typeof version.value !== 'string' || version.value === '' || version.value === '0')
      note('unpinnedUpdate', version.path, 'replaces the object, however it has changed meanwhile')
  }
  if (verb !== 'patch') return
  if (patchType === undefined) note('unknownPatch', '', 'is a patch of a kind that is not known')
  if (patchType === 'apply' && force !== false && force !== undefined)
    note('forcedApply', '', 'takes fields over from whom they belong to')
  if (patchType === 'merge') {
    for (const path of listsIn(sent)) note('replacesList', path, 'replaces a whole list')
  }
  if (patchType === 'json') checkJsonPatch(sent, findings)
}

const index = /\/\d+(?:\/|$)/

function checkJsonPatch(patch: Spot, findings: Findings): void {
  if (!isList(patch.value))
    findings.add('write-style', 'malformed', patch.path, 'is not a list, so that it cannot be judged')
  for (const operation of patch.members) {
    if (operation.at('op').value === 'test') continue
    for (const field of ['path', 'from']) {
      const place = operation.at(field)
      if (typeof place.value === 'string' && index.test(place.value))
        findings.add(
          'write-style',
          'indexedPatch',
          place.path,
          'names a member of a list by its number, which may be another one by now',
        )
    }
  }
}

/** As many levels of a body as are looked through. */
const deepest = 200

/** The lists in a body that are not in other lists. */
function listsIn(body: Spot): readonly string[] {
  const found: string[] = []
  const stack: { readonly spot: Spot; readonly depth: number }[] = [{ spot: body, depth: 0 }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (isList(next.spot.value) || next.depth > deepest) found.push(next.spot.path)
    else for (const [, spot] of next.spot.entries) stack.push({ spot, depth: next.depth + 1 })
  }
  return found
}
