import { BothKeysError } from '@bothkeys/core'
import { approver, directory, identity, journal, ledger, policy } from './guard-keys.js'
import { controlListener, limits } from './listener-keys.js'
import type { ConfigRow, ValueOf } from './shape.js'
import { group, list, otherwise, Problems, text, whole } from './shape.js'
import { target } from './target-keys.js'
import { readConfigText } from './yaml-text.js'

const root = group(
  {
    version: whole(1, 1),
    engine: text('1 to 128 printable ASCII characters without blanks', /^[\x21-\x7e]{1,128}$/),
    policy,
    directory,
    identity: list(identity, 1, 32),
    approvers: otherwise(list(approver, 0, 16), []),
    journal,
    ledger,
    targets: list(target, 1, 64),
    control: otherwise(list(controlListener, 0, 8), []),
    drainSeconds: otherwise(whole(0, 3_600), 25),
    limits,
  },
  (value, path, problems) => {
    const twice = <Item>(key: string, items: readonly Item[], nameOf: (item: Item) => string): void => {
      const seen = new Set<string>()
      for (const [index, item] of items.entries()) {
        const name = nameOf(item)
        if (seen.has(name)) problems.add([...path, key, index], `${JSON.stringify(name)} is there twice`)
        seen.add(name)
      }
    }
    twice('targets', value.targets, ({ name }) => name)
    twice('identity', value.identity, ({ issuer }) => issuer)
    twice('approvers', value.approvers, ({ name }) => name)
  },
)

/** What `bothkeys serve` is told, as read from a file that is right. */
export type ServeConfig = ValueOf<typeof root>

/** Every key of the configuration; docs/serve.md is kept equal to it by a test. */
export function configRows(): readonly ConfigRow[] {
  return (root.rows?.('') ?? []).map((row) => ({ ...row, key: row.key.replace(/^\./, '') }))
}

const shown = 20

/**
 * Reads a configuration: YAML 1.2 of which JSON is a part, as strict as a policy. Throws ERR_CONFIG_INVALID with every
 * problem, each with file, line and key. Looks at no file.
 */
export function parseConfig(name: string, content: string): ServeConfig {
  const read = readConfigText(content)
  const problems = new Problems()
  const value = read.problems.length === 0 ? root.read(read.value, [], problems) : undefined
  const found = [...read.problems, ...problems.found]
  if (value !== undefined && found.length === 0) return value
  const lines = found.slice(0, shown).map((problem) => {
    const key = problem.path.map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${step}`)).join('')
    return `\n  ${name}:${read.place(problem)} ${key.replace(/^\./, '')}: ${problem.message}`
  })
  const more = found.length > shown ? `\n  and ${String(found.length - shown)} more` : ''
  throw new BothKeysError('ERR_CONFIG_INVALID', `the configuration ${name} was not loaded:${lines.join('')}${more}`, {
    hint: 'correct these places; docs/serve.md says what the file may hold',
  })
}
