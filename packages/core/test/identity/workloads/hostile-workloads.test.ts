import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { hostileClaimsOf } from '../hostile-claims.js'
import { hostileKeysOf } from '../hostile-keys.js'
import { hostileTextOf } from '../hostile-text.js'
import { signal } from '../jwt-support.js'
import { platforms } from './platforms.js'

/** What RFC 9068 asks of access tokens and no platform sends: hostile in an access token alone. */
const ofAccessTokens = [
  'typ JWT',
  'no typ',
  'no client_id',
  'another client_id',
  'client_id and azp that differ',
  'no jti',
  'roles as a string',
  'roles with a number',
  'roles as an object',
  'roles within roles',
  'an empty role',
  'a role with a bidi override',
  '257 roles',
]

/** A signature of RSA has no other form to be written in. */
const ofEcdsa = ['a signature in DER']

/** A JWT-SVID needs neither `iss` nor `iat`: the keys say whose it is. */
const notOfSvids = [
  'no iat',
  'no iss',
  'another issuer',
  'the issuer with a slash',
  'the issuer in capitals',
  'the issuer in a list',
]

/** The tokens of the corpus that are good ones here, by platform. */
const good: Readonly<Record<keyof typeof platforms, readonly string[]>> = {
  spiffe: [...ofAccessTokens, ...notOfSvids],
  kubernetes: [...ofAccessTokens, ...ofEcdsa],
  githubActions: [...ofAccessTokens, ...ofEcdsa],
  aws: [...ofAccessTokens.filter((name) => name !== 'no jti'), ...ofEcdsa],
  gcp: [...ofAccessTokens.filter((name) => !/another client|that differ/u.test(name)), ...ofEcdsa],
}

/** Everything that somebody who logs the error could write down, without where it was thrown. */
function shown(error: unknown): string {
  return (inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).replaceAll(/\n\s+at .*/gu, '')
}

const names = Object.keys(platforms) as (keyof typeof platforms)[]

describe.each(names)('the corpus of hostile tokens, as %s would send them,', (name) => {
  const { kit, pem, verifier } = platforms[name]
  const tokens = [...hostileTextOf(kit), ...hostileKeysOf(kit, pem), ...hostileClaimsOf(kit)].filter(
    // The others are about options that no preset has.
    ({ change = {} }) => Object.keys(change).length === 0,
  )

  it('is refused but for what is no access token, and no refusal holds anything of the token', async () => {
    await expect(verifier().verify({ token: kit.sign() }, signal)).resolves.toBeDefined()
    const accepted: string[] = []
    for (const { make, name: what } of tokens) {
      const token = await make()
      const error: unknown = await verifier()
        .verify({ token }, signal)
        .then(
          () => accepted.push(what),
          (reason: unknown) => reason,
        )
      if (typeof error === 'number') continue
      expect([what, error]).toMatchObject([what, { name: 'BothKeysError', code: 'ERR_TOKEN_INVALID' }])
      const [, payload = '', signature = ''] = token.split('.')
      const secrets = [kit.claims.sub, 'evil', payload, signature].filter((text) => text.length > 4)
      expect(secrets.filter((secret) => shown(error).includes(secret))).toEqual([])
    }
    expect(new Set(accepted)).toEqual(new Set(good[name]))
    expect(tokens.length).toBeGreaterThan(140)
  })
})

describe.each(names)('a token of %s', (name) => {
  const { id, kit, verifier } = platforms[name]
  const verify = (payload: Record<string, unknown>) => verifier().verify({ token: kit.sign(payload) }, signal)

  it('makes a workload of the table, at level channel, with everything known but its owners', async () => {
    const made = await verify({})
    expect(made).toMatchObject({
      kind: 'workload',
      subject: { id },
      roles: ['ingest'],
      owners: 'unknown',
      agentClass: { known: ['nightly'] },
      key: 'none',
      level: 'channel',
    })
    expect(made.expiresAt.getTime()).toBe(Number(kit.claims['exp']) * 1000)
  })

  it('is in the same run as the next one, whatever it is of', async () => {
    const first = await verify({})
    const second = await verify({ jti: 'another', run_id: 'another', run: 'another' })
    expect(second.run).toEqual(first.run)
  })

  it('that is bound to a key needs a proof, which nobody checks here', async () => {
    await expect(verify({ cnf: { jkt: 'A'.repeat(43) } })).rejects.toThrow('this verifier checks no proofs')
    const proven = verifier().verify({ token: kit.sign(), proof: 'x' }, signal)
    await expect(proven).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' })
  })

  it('whose claims stand elsewhere is refused, whichever they are', async () => {
    for (const names of [{ sub: 'src1' }, { anything: 'src1' }, {}, ['sub'], null])
      await expect(verify({ _claim_names: names })).rejects.toThrow('its claims stand elsewhere')
  })

  it('that lives longer than an hour is refused unless more is asked for', async () => {
    const exp = Number(kit.claims.iat) + 3_601
    await expect(verify({ exp })).rejects.toThrow('lives longer than 3600 seconds')
    const patient = verifier({ maxLifetimeS: 7_200 })
    await expect(patient.verify({ token: kit.sign({ exp }) }, signal)).resolves.toBeDefined()
  })
})
