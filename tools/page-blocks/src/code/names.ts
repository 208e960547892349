import ts from 'typescript'

/** The names of a block: those that it declares or imports at its top, by what they are, and every one that stands in it. */
export interface Names {
  readonly declared: ReadonlyMap<string, 'value' | 'type'>
  /** Declared ones that the block exports itself. */
  readonly exported: ReadonlySet<string>
  readonly mentioned: ReadonlySet<string>
}

/** Reads the names of a block of TypeScript. */
export function namesOf(file: string, text: string): Names {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, false)
  const declared = new Map<string, 'value' | 'type'>()
  const exported = new Set<string>()
  for (const statement of source.statements) {
    const isExported = ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some(isExport)
    for (const [name, kind] of declaredBy(statement)) {
      declared.set(name, kind)
      if (isExported) exported.add(name)
    }
  }
  const mentioned = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) mentioned.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { declared, exported, mentioned }
}

function isExport({ kind }: ts.ModifierLike): boolean {
  return kind === ts.SyntaxKind.ExportKeyword
}

function declaredBy(statement: ts.Statement): readonly (readonly [name: string, kind: 'value' | 'type'])[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) =>
      bound(name).map((each) => [each, 'value'] as const),
    )
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return [[statement.name.text, 'type']]
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
    return statement.name === undefined ? [] : [[statement.name.text, 'value']]
  return ts.isImportDeclaration(statement) ? importedBy(statement) : []
}

function importedBy({ importClause }: ts.ImportDeclaration): ReturnType<typeof declaredBy> {
  if (importClause === undefined) return []
  const { name, namedBindings } = importClause
  const kind = importClause.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'value'
  const own = name === undefined ? [] : [[name.text, kind] as const]
  if (namedBindings === undefined) return own
  if (ts.isNamespaceImport(namedBindings)) return [...own, [namedBindings.name.text, kind]]
  return [...own, ...namedBindings.elements.map((each) => [each.name.text, each.isTypeOnly ? 'type' : kind] as const)]
}

function bound(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bound(element.name)))
}
