import { describe, expect, it } from 'vitest'
import { parseStatement } from '../../src/analyzer/parse.js'
import { bodyOf, listOf, namesOf, textOf, type TreeNode, type TreeValue } from '../../src/analyzer/tree.js'
import { catalogQueries } from '../../src/catalog/queries.js'
import {
  stateProbe,
  stateProbe13,
  stateProbeOwning,
  stateProbeSince,
  systemProbe,
} from '../../src/catalog/state-probe.js'

/** Names in a tree that the search path would decide. */
async function unqualifiedNames(text: string): Promise<readonly string[]> {
  const parsed = await parseStatement(text)
  if (parsed.unparsable) throw new Error(parsed.reason)
  const found: string[] = []
  const visit = (value: TreeValue | undefined): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      for (const item of value as readonly TreeValue[]) visit(item)
      return
    }
    const node = value as TreeNode
    for (const [type, field] of named) {
      const body = bodyOf(node, type)
      const names = body === undefined ? undefined : namesOf(listOf(body, field))
      if (names !== undefined && names.length > 0 && names[0] !== 'pg_catalog') found.push(`${type} ${names.join('.')}`)
    }
    const relation = bodyOf(node, 'RangeVar')
    if (relation !== undefined && textOf(relation, 'schemaname') !== 'pg_catalog')
      found.push(textOf(relation, 'relname'))
    const cast = bodyOf(node, 'TypeCast')
    if (cast !== undefined) visit({ TypeName: cast['typeName'] ?? {} })
    // These look an operator up by its bare name.
    for (const type of ['NullIf', 'SubLink', 'MinMaxExpr']) {
      if (bodyOf(node, type)?.['testexpr'] !== undefined) found.push(type)
    }
    const comparison = bodyOf(node, 'A_Expr')
    if (comparison !== undefined && textOf(comparison, 'kind') !== 'AEXPR_OP') found.push(textOf(comparison, 'kind'))
    if (bodyOf(node, 'CaseExpr')?.['arg'] !== undefined) found.push('CASE x WHEN')
    if (bodyOf(node, 'JoinExpr')?.['usingClause'] !== undefined) found.push('JOIN USING')
    for (const field in node) visit(node[field])
  }
  visit(parsed.statements.map(({ type, body }) => ({ [type]: body })))
  return found
}

const named = [
  ['FuncCall', 'funcname'],
  ['A_Expr', 'name'],
  ['TypeName', 'names'],
] as const

describe('the fixed statements of the door', () => {
  const statements = {
    'catalogQueries.builtin': catalogQueries.builtin,
    'catalogQueries.user': catalogQueries.user,
    stateProbe,
    stateProbe13,
    stateProbeOwning,
    stateProbeSince,
    systemProbe,
  }

  it.each(Object.entries(statements))('%s names everything with pg_catalog', async (_, text) => {
    expect(await unqualifiedNames(text)).toEqual([])
  })

  it('notices a name without schema', async () => {
    expect(await unqualifiedNames('select lower(x::text), 1 = 2 from t where a in (1)')).toEqual([
      'FuncCall lower',
      'TypeName text',
      'A_Expr =',
      't',
      'A_Expr =',
      'AEXPR_IN',
    ])
  })
})
