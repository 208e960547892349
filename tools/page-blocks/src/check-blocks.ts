import type { Block, Problem } from './block.js'
import { problemAt } from './block.js'
import { compile } from './code/compile.js'
import { manifestsOf } from './code/manifests.js'
import { runShell } from './shell/shell.js'
import { readJson } from './texts/json.js'
import { readSql } from './texts/sql.js'
import { readYaml } from './texts/yaml.js'

/** What becomes of a block, by its language. `text` is what is neither code nor commands, and what is refused. */
const handled = {
  compiled: ['ts', 'tsx', 'js'],
  read: ['yaml', 'json', 'sql'],
  run: ['sh', 'bash', 'console'],
  shown: ['text'],
} as const

/** What was found on pages. */
export interface Checked {
  readonly problems: readonly Problem[]
  readonly counts: readonly (readonly [what: string, count: number])[]
  /** Command lines that were not run, with the reason. */
  readonly notRun: readonly string[]
}

/** Checks blocks: compiles, reads or runs each as its language says. One whose language is none of these is wrong. */
export async function checkBlocks(blocks: readonly Block[]): Promise<Checked> {
  const of = (...languages: readonly string[]): readonly Block[] =>
    blocks.filter(({ language }) => languages.includes(language))
  const yaml = of('yaml')
  const code = [...of(...handled.compiled), ...manifestsOf(yaml)]
  const commands = of(...handled.run)
  const shell = commands.length === 0 ? { problems: [], notRun: [] } : await runShell(commands, yaml)
  const problems = [
    ...blocks.filter(({ language }) => !known.includes(language)).map(unhandled),
    ...(code.length === 0 ? [] : compile(code)),
    ...(await readYaml(yaml)),
    ...of('json').flatMap(readJson),
    ...(await Promise.all(of('sql').map(readSql))).flat(),
    ...shell.problems,
  ]
  const counts = Object.entries(handled).map(
    ([what, languages]) => [`blocks ${what}`, of(...languages).length] as const,
  )
  return { problems, counts: [...counts, ['commands not run', shell.notRun.length]], notRun: shell.notRun }
}

const known: readonly string[] = Object.values(handled).flat()

function unhandled(block: Block): Problem {
  const named = block.language === '' ? 'the fence names no language' : `nothing here reads ${block.language}`
  return problemAt(block, 0, `${named}; there are: ${known.join(', ')}`)
}
