import { existsSync } from 'node:fs'
import { loadPolicy } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import {
  approversOf,
  authorityOf,
  directoryOf,
  journalOf,
  ledgerOf,
  policyOf,
  providersOf,
} from './build/guard-parts.js'
import { targetOf } from './build/targets.js'
import type { ServeConfig } from './config/config.js'
import { trustedFolder } from './files/trusted-file.js'
import type { ServeOptions } from './serve-options.js'
import { assertServeOptions, placesOf } from './serve-options.js'
import { verifierByIssuer } from './sessions/verifier-by-issuer.js'

/**
 * Checks a configuration without listening or recording: the policy with its targets, the directory, keys, secrets, and who can
 * read and write their files. Asks no server. Throws as `serve` does.
 */
export async function checkServe(options: ServeOptions): Promise<void> {
  assertServeOptions('checkServe', options)
  const { config } = options
  const places = placesOf(options)
  const targets = config.targets.map((each) => targetOf(each, places))
  const signal = AbortSignal.timeout(config.limits.deadlineMs)
  try {
    const policy = loadPolicy(await policyOf(config.policy, places).load(signal))
    assertTargets([...policy.targets.keys()], config)
    authorityOf(config.policy, places)
    verifierByIssuer(config.engine, providersOf(config, places))
    approversOf(config, places)
    journalOf(config.journal, places)
    for (const { listen, name } of config.targets) {
      if (listen.path !== undefined && existsSync(places.resolve(listen.path)))
        trustedFolder(places.resolve(listen.path), `the folder of the door of ${name}`)
    }
    const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
    const directory = directoryOf(config.directory, places)
    await directory.open?.({ clock, signal, onFailure: () => undefined })
    await directory.close?.()
    await (await ledgerOf(config.ledger, places))?.close()
  } finally {
    await Promise.all(targets.map((target) => target.close()))
  }
}

function assertTargets(named: readonly string[], { targets }: ServeConfig): void {
  const served = targets.map(({ name }) => name)
  const missing = [
    ...named.filter((name) => !served.includes(name)).map((name) => `${name} stands in the policy alone`),
    ...served.filter((name) => !named.includes(name)).map((name) => `${name} does not stand in the policy`),
  ]
  if (missing.length === 0) return
  throw new BothKeysError('ERR_TARGET_UNKNOWN', `policy and configuration disagree: ${missing.join('; ')}`, {
    hint: 'name the same targets in both',
  })
}
