import { readFile } from 'node:fs/promises'
import { Story } from '@bothkeys/example-story'
import { openStage } from './stage.js'
import { tryWay } from './try-way.js'
import type { Way } from './way.js'
import { topics } from './ways/index.js'

/**
 * A judge that finds nothing wherever he looks is worth nothing. So the same ways are tried where nothing stands in front of the
 * database, the cluster and the mailbox: each has to do there what it is about, and the judge has to notice. Then one guard after the
 * other is taken out of the policy, with the doors in their place.
 */
const story = new Story()
const policy = await readFile(new URL('../bothkeys.yaml', import.meta.url), 'utf8')
const every = Object.values(topics).flat()
const named = (...names: readonly string[]): readonly Way[] => every.filter(({ name }) => names.includes(name))

story.chapter('Without any door:')
await withoutDoors()
story.chapter('With doors, and with one guard less:')
await without(
  'mask',
  named('as they are', 'through a view', 'in base64', 'guessed by LIKE', 'guessed by a division by zero'),
)
await without('hold', named('an update that a person turns down', 'mail with a card number', 'a pod deleted'))
// What is denied is held as well, so that both have to go.
await without('deny', named('mail to somebody outside', 'a name like one of the house'), 'hold')
process.exitCode = story.failed === 0 ? 0 : 1

/** Every way, on a world that is made anew whenever one broke it. */
async function withoutDoors(): Promise<void> {
  const stage = await openStage({ doors: false })
  let [harmful, stopped, isBroken] = [0, 0, true]
  try {
    for (const ways of Object.values(topics)) {
      await stage.anew()
      for (const way of ways) {
        if (isBroken) await Promise.all([stage.database.restore(), stage.cluster.restore()])
        const { answers, harm } = await tryWay(stage, way)
        isBroken = harm.length > 0 || way.lead !== undefined
        if (harm.length > 0) harmful += 1
        else stopped += 1
        if (harm.length > 0 === (way.alsoStoppedBy === undefined)) continue
        story.claim(`${way.name}: ${harm.join('; ') || answers.join().slice(0, 300)}`, false)
      }
    }
  } finally {
    await stage.close()
  }
  story.claim(`${String(harmful)} ways do harm, and the judge notices`, harmful >= 60)
  story.line(`       ${String(stopped)} are stopped by something else as well, which each of them names`)
}

/** Some ways, under a policy that lacks a section. */
async function without(section: string, ways: readonly Way[], ...more: readonly string[]): Promise<void> {
  const content = [section, ...more].reduce(lacking, policy)
  const stage = await openStage({ policy: { load: () => Promise.resolve({ name: `without ${section}`, content }) } })
  try {
    for (const way of ways) {
      const { harm } = await tryWay(stage, way)
      story.claim(`no ${section}: ${way.name} (${harm[0]?.slice(0, 80) ?? 'nothing was noticed'})`, harm.length > 0)
    }
  } finally {
    await stage.close()
  }
}

/** The text of a policy without one of its sections. */
function lacking(text: string, section: string): string {
  const lines = text.split('\n')
  const from = lines.indexOf(`${section}:`)
  const to = lines.findIndex((line, at) => at > from && /^[a-z]/.test(line))
  return lines.filter((_, at) => at < from || (to >= 0 && at >= to)).join('\n')
}
