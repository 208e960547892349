import type { TransactionControl } from './analysis.js'
import { constantText } from './constants.js'
import { resource } from './resource.js'
import { bodyOf, flagOf, listOf, nodeOf, textOf, type TreeNode, type TypedNode } from './tree.js'
import type { Handler } from './walk.js'

const verbs: Readonly<Record<string, TransactionControl['verb']>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint',
  TRANS_STMT_RELEASE: 'release',
  TRANS_STMT_ROLLBACK_TO: 'rollback-to',
  TRANS_STMT_PREPARE: 'prepare',
  TRANS_STMT_COMMIT_PREPARED: 'commit-prepared',
  TRANS_STMT_ROLLBACK_PREPARED: 'rollback-prepared',
}

/** Verbs after which settings and catalog may be what they were before the transaction. */
const ending: ReadonlySet<TransactionControl['verb']> = new Set(['commit', 'rollback', 'rollback-to', 'prepare'])

/** BEGIN to ROLLBACK. Prepared transactions outlive the session and belong to everyone: sensitive (RULES 27). */
export const transactionStatement: Handler = (walk, body) => {
  const verb = verbs[textOf(body, 'kind')]
  if (verb === undefined) {
    walk.opaque('unknown transaction command', 'transaction')
    return
  }
  if (ending.has(verb)) walk.settingFree = false
  if (verb === 'commit' || verb === 'prepare') walk.runsDeferred = true
  if (verb === 'rollback' || verb === 'rollback-to') walk.changesCatalog = true
  if (verb === 'prepare' || verb === 'commit-prepared' || verb === 'rollback-prepared') {
    walk.changesCatalog = true
    walk.effects.add('execute', resource('transaction', textOf(body, 'gid')), { sensitive: true, verb })
  }
}

/** What a transaction verb says, for a text that is exactly one. */
export function transactionControl(statement: TypedNode): TransactionControl | undefined {
  if (statement.type !== 'TransactionStmt') return undefined
  const { body } = statement
  const verb = verbs[textOf(body, 'kind')]
  if (verb === undefined) return undefined
  const option = optionReader(listOf(body, 'options'))
  const isolation = option('transaction_isolation')
  return Object.freeze({
    verb,
    chain: flagOf(body, 'chain'),
    isolation: constantText(isolation),
    readOnly: truthOf(option('transaction_read_only')),
    deferrable: truthOf(option('transaction_deferrable')),
  })
}

/** The last word on each option counts, as on the server. */
function optionReader(options: readonly TreeNode[]): (name: string) => TreeNode | undefined {
  const values = new Map<string, TreeNode | undefined>()
  for (const item of options) {
    const option = bodyOf(item, 'DefElem') ?? {}
    values.set(textOf(option, 'defname'), nodeOf(option, 'arg'))
  }
  return (name) => values.get(name)
}

function truthOf(node: TreeNode | undefined): boolean | undefined {
  const constant = bodyOf(node, 'A_Const')
  if (constant === undefined) return undefined
  const number = nodeOf(constant, 'ival')
  return number === undefined ? undefined : number['ival'] === 1
}
