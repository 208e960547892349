import type { ReadingSetting } from '../catalog/state-probe.js'
import type { ServerState } from './server-state.js'

/** What PostgreSQL comes with. What depends on the machine alone, its languages, has no usual value. */
const usual: ReadonlyMap<ReadingSetting, readonly string[]> = new Map([
  ['DateStyle', ['ISO, MDY']],
  ['IntervalStyle', ['postgres']],
  ['TimeZone', ['UTC', 'Etc/UTC', 'GMT']],
  ['timezone_abbreviations', ['Default']],
  ['bytea_output', ['hex']],
  ['extra_float_digits', ['1']],
  ['xmlbinary', ['base64']],
  ['xmloption', ['content']],
  ['gin_fuzzy_search_limit', ['0']],
])

const found = new WeakMap<ServerState, Readonly<Record<string, string>>>()

/**
 * The settings by which a text is read otherwise than most people would read it: who approves it has to know them. The same
 * for the same state, whoever set them. Undefined: none.
 */
export function unusualSettings(state: ServerState): Readonly<Record<string, string>> | undefined {
  const settings = found.get(state) ?? unusualOf(state)
  found.set(state, settings)
  return Object.keys(settings).length === 0 ? undefined : settings
}

function unusualOf({ session }: ServerState): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {}
  for (const [name, values] of usual) {
    const value = session.settings[name]
    if (!values.includes(value)) settings[name] = value
  }
  return Object.freeze(settings)
}
