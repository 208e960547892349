import { nodesIn } from './nodes-in.js'
import { unknownType } from './overloads.js'
import { bodyOf, listOf, nodeOf, textOf, type TreeNode } from './tree.js'
import { constantType } from './type-of.js'
import type { Walk } from './walk.js'

/**
 * What a definition may make of literals when it is analysed, whatever it keeps for later: those in the query of a view, in
 * defaults, checks, policies, conditions, bodies of functions. What a literal meets there, nobody works out: it counts as a
 * value of every type that there is.
 */
export function applyDefinition(walk: Walk, statement: string, body: TreeNode): void {
  if (!walk.catalog.checksValues || analysed.has(statement)) return
  if (holdsLiteral(body) || (statement === 'CreateFunctionStmt' && bodyHoldsLiteral(body))) walk.untyped.add('defined')
}

function holdsLiteral(body: TreeNode): boolean {
  for (const node of nodesIn([body], settings)) if (isLiteral(node)) return true
  return false
}

/** Values of settings are no values of types. */
const settings: ReadonlySet<string> = new Set(['VariableSetStmt', 'setstmt'])

function isLiteral(node: TreeNode): boolean {
  const constant = bodyOf(node, 'A_Const')
  // NULL is no text that an input function reads.
  if (constant !== undefined) return constantType(constant) === unknownType && constant['isnull'] === undefined
  // Where an aggregate begins is written in any way: 'x', x, 5.
  return /^m?initcond1?$/.test(textOf(node, 'defname'))
}

/** The text of a function in SQL, which the server analyses when it is made; those in other languages are kept as they are. */
function bodyHoldsLiteral(body: TreeNode): boolean {
  const texts = (name: string): readonly string[] =>
    listOf(body, 'options').flatMap((option) => {
      const definition = bodyOf(option, 'DefElem') ?? {}
      return textOf(definition, 'defname') === name ? textsIn(nodeOf(definition, 'arg')) : []
    })
  // Without LANGUAGE it is SQL, too.
  return (
    texts('language').every((language) => language === 'sql') && texts('as').some((text) => /'|\$(?!\d)/.test(text))
  )
}

function textsIn(node: TreeNode | undefined): readonly string[] {
  const items = listOf(bodyOf(node, 'List') ?? {}, 'items')
  return (items.length > 0 ? items : node === undefined ? [] : [node]).map((item) =>
    textOf(bodyOf(item, 'String') ?? {}, 'sval'),
  )
}

/** Statements whose expressions are visited anyway, and those that have none. */
const analysed: ReadonlySet<string> = new Set(
  `SelectStmt InsertStmt UpdateStmt DeleteStmt MergeStmt ExplainStmt PrepareStmt ExecuteStmt CopyStmt DeclareCursorStmt
   CallStmt CreateTableAsStmt VariableSetStmt VariableShowStmt TransactionStmt`.split(/\s+/),
)
