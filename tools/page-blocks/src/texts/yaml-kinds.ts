import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileDirectory, loadPolicy } from '@bothkeys/core'
import { parseConfig } from '@bothkeys/serve'
import { stringify } from 'yaml'
import type { Block } from '../block.js'

/** A document of YAML. */
export type Mapping = Readonly<Record<string, unknown>>

/** What a block of YAML may be, and how it is read. Reading throws on what is wrong. */
export interface YamlKind {
  readonly name: string
  readonly isIt: (value: Mapping) => boolean
  /** `above`: the documents above it on its page. Left out: that it is YAML is all that is checked here. */
  readonly read?: (block: Block, value: Mapping, above: readonly Mapping[]) => unknown
}

/** The first one that is it counts. */
export const kinds: readonly YamlKind[] = [
  { name: 'an object of Kubernetes, which the compiler reads', isIt: isManifest },
  {
    name: 'people and agents',
    isIt: has('people', 'agents'),
    read: ({ text }) => readPeople(text),
  },
  {
    name: 'a policy',
    isIt: has('roles', 'targets'),
    read: ({ line, page, text }, value) =>
      'engine' in value ? parseConfig(page, text) : loadPolicy({ name: `${page}:${String(line)}`, content: text }),
  },
  {
    name: 'members of the configuration of bothkeys serve above it',
    isIt: has('engine', 'approvers', 'control', 'identity', 'ledger', 'journal'),
    read: ({ page }, value, above) => parseConfig(page, stringify({ ...above.findLast(has('engine')), ...value })),
  },
  // packages/approver-slack/test/slack-page.test.ts knows its scopes.
  { name: "the manifest of Slack's app", isIt: has('display_information') },
]

function has(...keys: readonly string[]): (value: Mapping) => boolean {
  return (value) => keys.some((key) => Object.hasOwn(value, key))
}

/** An object, or members of the specification of a pod. */
export function isManifest(value: Mapping): boolean {
  return has('apiVersion')(value) || (has('volumes', 'containers')(value) && !has('services')(value))
}

async function readPeople(text: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bk-people-'))
  try {
    const path = join(folder, 'people.yaml')
    writeFileSync(path, text, { mode: 0o600 })
    await fileDirectory(path).list({ signal: AbortSignal.timeout(30_000), fresh: true })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
