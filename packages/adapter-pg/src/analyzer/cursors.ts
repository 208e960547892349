import { useAnalysis } from './prepared.js'
import { flagOf, nodeOf, numberOf, textOf } from './tree.js'
import type { Handler } from './walk.js'

/** DECLARE: the query may run from now on; a cursor WITH HOLD runs at COMMIT at the latest. */
export const declareCursor: Handler = (walk, body, scope) => {
  walk.visit(nodeOf(body, 'query'), scope)
  walk.registry.push({
    kind: 'declare-cursor',
    name: textOf(body, 'portalname'),
    holdable: (numberOf(body, 'options') & withHold) !== 0,
  })
}

/** CURSOR_OPT_HOLD (PostgreSQL source, nodes/parsenodes.h). */
const withHold = 0x20

/** FETCH and MOVE run the cursor's query on. */
export const fetchCursor: Handler = (walk, body, scope) => {
  const name = textOf(body, 'portalname')
  // Declared in the same text: its effects are among these already.
  if (walk.registry.some((change) => change.kind === 'declare-cursor' && change.name === name)) return
  walk.uses.push({ kind: 'cursor', name })
  const analysis = walk.context.cursor(name)
  if (analysis === undefined) walk.opaque('unknown cursor', flagOf(body, 'ismove') ? 'move' : 'fetch')
  else useAnalysis(walk, analysis, scope)
}

/** CLOSE. */
export const closeCursor: Handler = (walk, body) => {
  const name = textOf(body, 'portalname')
  walk.registry.push({ kind: 'close-cursor', name: name === '' ? undefined : name })
}
