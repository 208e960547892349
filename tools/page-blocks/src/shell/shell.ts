import { startPostgres } from '@bothkeys/local-postgres'
import type { Block, Problem } from '../block.js'
import { problemAt } from '../block.js'
import type { Apart, NotRun } from './apart.js'
import { notRunHere } from './apart.js'
import { runBlock } from './run.js'
import type { Stage } from './stage.js'
import { openStage } from './stage.js'

/** What became of the commands of all pages. */
export interface ShellResult {
  readonly problems: readonly Problem[]
  /** Command lines that were not run, with the reason. */
  readonly notRun: readonly string[]
}

/** Runs the commands of pages, those of a page one after the other on a stage of its own, made of the `yaml` that it shows. */
export async function runShell(
  blocks: readonly Block[],
  yaml: readonly Block[],
  allowed: NotRun = notRunHere,
): Promise<ShellResult> {
  const problems: Problem[] = []
  const notRun: string[] = []
  const server = await startPostgres({ inMemory: true })
  try {
    const database = await server.createDatabase('orders')
    for (const page of new Set(blocks.map((block) => block.page))) {
      const own = blocks.filter((block) => block.page === page)
      // oxlint-disable-next-line no-await-in-loop -- One page after the other.
      const stage = await openStage(database, configOf(page, yaml), allowed)
      try {
        // oxlint-disable-next-line no-await-in-loop -- In their order.
        for (const block of own) problems.push(...(await runOn(stage, block, allowed.apart, notRun)))
      } finally {
        stage.close()
      }
    }
  } finally {
    await server.stop()
  }
  return { problems: [...problems, ...notNeeded(allowed.apart, notRun)], notRun }
}

/** The configuration that a page shows, else that of its own page. */
function configOf(page: string, yaml: readonly Block[]): string {
  const configs = yaml.filter(({ text }) => /^engine:/mu.test(text))
  const config = configs.find((block) => block.page === page) ?? configs.find((block) => block.page === 'docs/serve.md')
  if (config === undefined) throw new Error('docs/serve.md shows no configuration')
  return config.text
}

async function runOn(
  stage: Stage,
  block: Block,
  list: readonly Apart[],
  notRun: string[],
): Promise<readonly Problem[]> {
  const needsDoor = block.text.includes('/run/bothkeys') && !block.text.includes('bothkeys serve') && !stage.isServing()
  const door = { ...block, language: 'sh', text: 'bothkeys serve --config /etc/bothkeys/serve.yaml\n' }
  const problems = [...(needsDoor ? await runBlock(stage, door) : []), ...(await runBlock(stage, block))]
  for (const line of stage.notes()) {
    const [program = '', ...args] = line.split(' ')
    const entry = list.find((each) => each.program === program && each.matches.test(args.join(' ')))
    if (entry !== undefined && !entry.isRight(args)) problems.push(problemAt(block, 1, `this is not right: ${line}`))
    if (entry === undefined && process.env['CI'] !== undefined)
      problems.push(problemAt(block, 1, `${program} is not installed`))
    notRun.push(`${block.page}:${String(block.line)} ${line} (${entry?.because ?? `${program} is not installed`})`)
  }
  return problems
}

/** What stands in the list for nothing would hide what is added later. */
function notNeeded(list: readonly Apart[], notRun: readonly string[]): readonly Problem[] {
  return list
    .filter(
      ({ because, program }) => !notRun.some((line) => line.includes(` ${program} `) && line.endsWith(`(${because})`)),
    )
    .map(({ matches, program }) => ({
      page: 'tools/page-blocks/src/shell/apart.ts',
      line: 1,
      message: `no page shows ${program} ${matches.source}: take it out`,
    }))
}
