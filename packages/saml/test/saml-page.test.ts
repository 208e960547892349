import { readFileSync } from 'node:fs'
import { accountsAsPeople, memoryJournal } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import { loginOptionNames } from '../src/saml-login.js'
import { verifierOptionNames } from '../src/saml-verifier.js'
import { begin, finish, guardOf } from './page-example.js'
import { encoded, keys, partsAt, requestIn, signedXml } from './test-idp.js'

const page = readFileSync(new URL('../../../docs/saml.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

/** The names in the first column of the table below a heading. */
function namedBelow(heading: string): ReadonlySet<string | undefined> {
  const [, table = ''] = page.split(`\n## ${heading}\n`)
  return new Set([...(table.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|/gmu)].map(([, name]) => name))
}

describe('docs/saml.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('has every option but the clock of tests, and no other', () => {
    const without = (names: ReadonlySet<string>) => new Set([...names].filter((name) => name !== 'clock'))
    expect(namedBelow('Options of samlVerifier')).toEqual(without(verifierOptionNames))
    const shared = new Set(namedBelow('Options of samlVerifier'))
    const both = new Set(['requestedContexts', 'subject'])
    const own = [...without(loginOptionNames)].filter((name) => !shared.has(name) || both.has(name))
    expect(namedBelow('Options of samlLogin')).toEqual(new Set(own))
  })

  it('opens a session for whoever logged in, in their own browser, once', async () => {
    const guard = await guardOf(
      {
        directory: accountsAsPeople,
        journal: memoryJournal(),
        targets: [{ name: 'db', kind: 'fake', close: () => Promise.resolve() }],
        policy: {
          load: () =>
            Promise.resolve({
              name: 'test',
              content: {
                version: 1,
                targets: { db: { kind: 'fake' } },
                roles: { dba: [{ target: 'db', duty: ['read'] }] },
              },
            }),
        },
      },
      keys.publicKey,
    )
    const { cookie, location } = await begin()
    const { url, xml } = requestIn(location)
    const [, id] = / ID="([^"]+)"/u.exec(xml) ?? []
    const form = new URLSearchParams({
      SAMLResponse: encoded(signedXml(partsAt(Date.now(), id))),
      RelayState: url.searchParams.get('RelayState') ?? '',
    })
    await expect(finish(guard, form, 'another browser')).rejects.toThrow(/this browser/u)
    const session = await finish(guard, form, cookie)
    expect(session.principal).toMatchObject({ subject: { id: 'ann' }, roles: ['dba'], level: 'channel' })
    await expect(finish(guard, form, cookie)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    await guard.close()
  })
})
