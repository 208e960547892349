import { callNamed } from './function-calls.js'
import { listOf, namesOf, nodeOf } from './tree.js'
import type { Handler } from './walk.js'

/** CALL: arguments, then the procedure. It may end transactions and change anything. */
export const callStatement: Handler = (walk, body, scope) => {
  const call = nodeOf(body, 'funccall') ?? {}
  walk.visitAll(listOf(call, 'args'), scope)
  callNamed(walk, namesOf(listOf(call, 'funcname')) ?? [], listOf(call, 'args'), scope)
  walk.settingFree = false
  walk.changesCatalog = true
}

/** DO: code in a string. */
export const doStatement: Handler = (walk) => {
  walk.opaque('runs code that is not SQL', 'do')
}
