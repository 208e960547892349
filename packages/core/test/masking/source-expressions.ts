import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Where an expression is in the source, for example `detectors/ip.ts:7`. */
export type Place = string

export interface SourceExpressions {
  /** Written as `/…/`. */
  readonly literals: ReadonlyMap<Place, RegExp>
  /** Where one is made of parts, by `new RegExp(…)` or `RegExp(…)`. What it is, only a run tells. */
  readonly made: ReadonlySet<Place>
}

export const maskingFolder = fileURLToPath(new URL('../../src/masking/', import.meta.url))

/** The modules that mask, by their path in the folder. */
export function maskingModules(): readonly string[] {
  return readdirSync(maskingFolder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
}

/** Every regular expression in the source of a module. */
export function expressionsIn(file: string, source: string): SourceExpressions {
  const literals = new Map<Place, RegExp>()
  const made = new Set<Place>()
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const placeOf = (node: ts.Node): Place => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree))
    return `${file}:${String(line + 1)}`
  }
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const slash = node.text.lastIndexOf('/')
      const place = `${placeOf(node)} ${node.text}`
      literals.set(place, new RegExp(node.text.slice(1, slash), node.text.slice(slash + 1)))
    }
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText(tree) === 'RegExp') {
      made.add(placeOf(node))
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return { literals, made }
}

/** Every regular expression in the source of what masks. */
export function sourceExpressions(): SourceExpressions {
  const all = maskingModules().map((file) => expressionsIn(file, readFileSync(`${maskingFolder}${file}`, 'utf8')))
  return {
    literals: new Map(all.flatMap(({ literals }) => [...literals])),
    made: new Set(all.flatMap(({ made }) => [...made])),
  }
}
