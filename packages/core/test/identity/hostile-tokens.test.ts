import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { hostileClaims } from './hostile-claims.js'
import { hostileKeys } from './hostile-keys.js'
import { hostileText } from './hostile-text.js'
import type { HostileToken } from './hostile-token.js'
import { verify } from './jwt-support.js'

/** Everything that somebody who logs the error could write down, without where it was thrown. */
function shown(error: unknown): string {
  return (inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).replaceAll(/\n\s+at .*/gu, '')
}

/** What of a token must not stand in an error. */
function secretsOf(token: string): readonly string[] {
  const [, payload = '', signature = ''] = token.split('.')
  return ['etl-7', 'ingest', 'evil', 'realm_access', payload, signature].filter((text) => text.length > 4)
}

async function refusalOf({ change, make }: HostileToken): Promise<void> {
  const token = await make()
  const error: unknown = await verify(token, change).then(
    () => 'accepted',
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'BothKeysError', code: 'ERR_TOKEN_INVALID' })
  expect(secretsOf(token).filter((secret) => shown(error).includes(secret))).toEqual([])
  throw error
}

describe.each([
  ['text is ambiguous', hostileText],
  ['key or header is wrong', hostileKeys],
  ['claims must not be believed', hostileClaims],
])('a token whose %s is refused with its own reason, which holds nothing of it:', (_what, tokens) => {
  it.each(tokens.map((token) => [token.name, token] as const))('%s', async (_name, token) => {
    await expect(refusalOf(token)).rejects.toThrow(token.reason)
  })
})
