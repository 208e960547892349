import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { GuardedTarget } from '../../src/access.js'
import { BothKeysError } from '../../src/errors.js'
import { fileSource } from '../../src/file-source.js'
import type { Guard, GuardOptions } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { PolicySignature, PolicyStatement } from '../../src/identity/sign-policy.js'
import { signPolicy } from '../../src/identity/sign-policy.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { policyDigest } from '../../src/policy/load.js'
import { lastingJournal } from '../lasting-journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'

const issuer = 'https://rollout.example'
const own = await generateKeyPair('ES256', { extractable: true })
const foreign = await generateKeyPair('ES256', { extractable: true })
const jwk = { ...(await exportJWK(own.publicKey)), kid: 'p1', alg: 'ES256', use: 'sig' }
const authority = { issuer, jwks: { keys: [jwk] } }
const nowMs = Date.parse('2026-05-04T09:00:00Z')

type Content = Readonly<Record<string, unknown>>

const read = { target: 'db', duty: ['read'] }
const narrow: Content = { version: 1, targets: { db: { kind: 'fake' } }, roles: { agent: [read] } }
const wide: Content = { ...narrow, roles: { agent: [{ target: 'db', duty: ['read', 'write'] }] } }
const wider: Content = { ...narrow, roles: { agent: [{ target: 'db', duty: ['read', 'write', 'delete'] }] } }
const denied = (content: Content): Content => ({
  ...content,
  deny: [{ id: 'N', target: 'db', duty: 'write', resource: 'table:public.t' }],
})

const digestOf = (content: Content): string => policyDigest({ name: 'test', content })

function signed(
  content: Content,
  ver: number,
  changes: Partial<PolicySignature> & Partial<PolicyStatement> = {},
): Promise<string> {
  const statement = { aud: 'bothkeys', pol: digestOf(content), ver }
  const signature = { issuer, key: own.privateKey, algorithm: 'ES256', keyId: 'p1', nowMs } as const
  return signPolicy({ ...statement, ...changes }, { ...signature, ...changes })
}

/** A rollout: what stands where guards load their policy from. */
class Rollout {
  content: Content = narrow
  signature: string | undefined

  async put(content: Content, signature?: Promise<string>): Promise<void> {
    this.content = content
    this.signature = await signature
  }
}

const guards: Guard[] = []

afterEach(async () => {
  await Promise.all(guards.splice(0).map((guard) => guard.close()))
})

async function start(rollout: Rollout, changes: Partial<GuardOptions> = {}): Promise<Guard> {
  const target: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: {
      load: () => Promise.resolve({ name: 'test', content: rollout.content, signature: rollout.signature }),
    },
    identity: unverifiedIdentity(),
    targets: [target],
    journal: lastingJournal(),
    authority,
    clock: fixedClock(nowMs),
    ...changes,
  })
  guards.push(guard)
  return guard
}

async function started(changes: Partial<GuardOptions> = {}, version = 1): Promise<{ guard: Guard; rollout: Rollout }> {
  const rollout = new Rollout()
  await rollout.put(narrow, signed(narrow, version))
  return { rollout, guard: await start(rollout, changes) }
}

const unsigned = { code: 'ERR_POLICY_UNSIGNED' }

describe('a policy that its authority signed', () => {
  it('widens without a restart, and the record says which version it is', async () => {
    const journal = lastingJournal()
    const { guard, rollout } = await started({ journal })
    await rollout.put(wide, signed(wide, 2))
    await guard.reload()
    expect(guard.policyDigest).toBe(digestOf(wide))
    expect(journal.events.filter(({ type }) => type === 'policy.loaded')).toMatchObject([
      { change: 'start', version: 1 },
      { change: 'widening', version: 2, digest: digestOf(wide) },
    ])
  })

  it.each<readonly [what: string, make: () => Promise<string | undefined>]>([
    ['no signature', () => Promise.resolve(undefined)],
    ['the signature of another policy', () => signed(narrow, 2)],
    ['a signature for another engine', () => signed(wide, 2, { aud: 'another' })],
    ['a signature of somebody else', () => signed(wide, 2, { key: foreign.privateKey })],
    ['a signature by another name', () => signed(wide, 2, { issuer: 'https://other.example' })],
    ['the version that is in force', () => signed(wide, 1)],
    ['an older version', () => signed(wide, 0)],
    ['a version that is no whole number', () => signed(wide, 1.5)],
    ['a version past counting', () => signed(wide, 2 ** 53)],
    ['a version as text', () => signed(wide, '2' as unknown as number)],
    ['a signature from the future', () => signed(wide, 2, { nowMs: nowMs + 61_000 })],
    ['something else', () => Promise.resolve('x')],
    ['a signature with something behind it', async () => `${await signed(wide, 2)}\u0000`],
    ['an approval', () => made({ typ: 'bothkeys-approval+jwt' })],
    ['a token for two engines', () => made({}, ['bothkeys', 'other'])],
    ['a token without a time', () => made({}, 'bothkeys', false)],
    [
      'a token without protection',
      async () => `${encoded({ alg: 'none', typ: 'bothkeys-policy+jwt' })}.${(await signed(wide, 2)).split('.')[1]!}.`,
    ],
  ])('does not widen with %s', async (_what, make) => {
    const journal = lastingJournal()
    const { guard, rollout } = await started({ journal })
    rollout.content = wide
    rollout.signature = await make()
    await expect(guard.reload()).rejects.toMatchObject(unsigned)
    expect(guard.policyDigest).toBe(digestOf(narrow))
    expect(guard.policyChange.waiting()).toBeUndefined()
    expect(journal.events.at(-1)).toMatchObject({ type: 'policy.rejected', code: 'ERR_POLICY_UNSIGNED' })
  })

  it('does not start unsigned, by somebody else, or without a version', async () => {
    const rollout = new Rollout()
    await rollout.put(narrow, signed(narrow, 0))
    await expect(start(rollout)).rejects.toMatchObject(unsigned)
    await rollout.put(narrow)
    await expect(start(rollout)).rejects.toMatchObject(unsigned)
    await rollout.put(narrow, signed(narrow, 1, { key: foreign.privateKey }))
    await expect(start(rollout)).rejects.toMatchObject(unsigned)
  })

  it('does not come back once a newer one was in force, also after a restart', async () => {
    const journal = lastingJournal()
    const { guard, rollout } = await started({ journal })
    await rollout.put(wide, signed(wide, 5))
    await guard.reload()
    await guard.close()
    for (const [content, version] of [
      [narrow, 1],
      [wide, 4],
      [narrow, 5],
    ] as const) {
      await rollout.put(content, signed(content, version))
      await expect(start(rollout, { journal })).rejects.toMatchObject(unsigned)
    }
    await rollout.put(wide, signed(wide, 5))
    expect((await start(rollout, { journal })).policyDigest).toBe(digestOf(wide))
  })

  it('does not come back through another guard on the ledger, and comes into force in each', async () => {
    const ledger = memoryLedger({ clock: fixedClock(nowMs) })
    const shared = (): Partial<GuardOptions> => ({ ledger, journal: lastingJournal() })
    const { guard, rollout } = await started(shared())
    const other = await start(rollout, shared())
    await rollout.put(wide, signed(wide, 2))
    await guard.reload()
    await other.reload()
    expect(other.policyDigest).toBe(digestOf(wide))
    await rollout.put(narrow, signed(narrow, 1))
    await expect(start(rollout, shared())).rejects.toMatchObject(unsigned)
  })
})

describe('policies of guards with different names', () => {
  const named = (engine: string, rest: Partial<GuardOptions>): Partial<GuardOptions> => ({ ...rest, engine })
  const forOther = (content: Content, ver: number): Promise<string> => signed(content, ver, { aud: 'other' })

  it('have versions of their own on one ledger', async () => {
    const ledger = memoryLedger({ clock: fixedClock(nowMs) })
    const { rollout } = await started({ ledger, journal: lastingJournal() }, 7)
    const others = new Rollout()
    await others.put(narrow, forOther(narrow, 1))
    const other = await start(others, named('other', { ledger, journal: lastingJournal() }))
    await others.put(wide, forOther(wide, 2))
    await other.reload()
    expect(other.policyDigest).toBe(digestOf(wide))
    await others.put(denied(wide))
    await other.reload()
    expect((await start(rollout, { ledger, journal: lastingJournal() })).policyDigest).toBe(digestOf(narrow))
    await rollout.put(narrow, signed(narrow, 6))
    await expect(start(rollout, { ledger, journal: lastingJournal() })).rejects.toMatchObject(unsigned)
    await others.put(wide, forOther(wide, 2))
    await expect(start(others, named('other', { ledger, journal: lastingJournal() }))).rejects.toMatchObject(unsigned)
  })

  it('have them after a restart, too, where one journal has been kept under both', async () => {
    const journal = lastingJournal()
    const { guard, rollout } = await started({ journal }, 7)
    await guard.close()
    const others = new Rollout()
    await others.put(wide, forOther(wide, 2))
    const other = await start(others, named('other', { journal }))
    await other.close()
    await rollout.put(narrow, signed(narrow, 6))
    await expect(start(rollout, { journal })).rejects.toMatchObject(unsigned)
    await others.put(wide, forOther(wide, 1))
    await expect(start(others, named('other', { journal }))).rejects.toMatchObject(unsigned)
  })
})

describe('a policy that was narrowed without a signature', () => {
  it('is in force at once, and what was signed before does not come back', async () => {
    const journal = lastingJournal()
    const rollout = new Rollout()
    await rollout.put(wide, signed(wide, 3))
    const guard = await start(rollout, { journal })
    const before = { content: rollout.content, signature: rollout.signature }
    await rollout.put(denied(wide))
    await guard.reload()
    expect(guard.policyDigest).toBe(digestOf(denied(wide)))
    Object.assign(rollout, before)
    await expect(guard.reload()).rejects.toMatchObject(unsigned)
    await guard.close()
    await expect(start(rollout, { journal })).rejects.toMatchObject(unsigned)
    await rollout.put(wide, signed(wide, 4))
    expect((await start(rollout, { journal })).policyDigest).toBe(digestOf(wide))
  })

  it('is in force when the ledger fails', async () => {
    const inner = memoryLedger({ clock: fixedClock(nowMs) })
    const ledger = failing(inner)
    const rollout = new Rollout()
    await rollout.put(wide, signed(wide, 3))
    const guard = await start(rollout, { ledger: ledger.port })
    const failures: unknown[] = []
    guard.on('failure', ({ refusal }) => failures.push(refusal.code))
    ledger.fails = true
    await rollout.put(denied(wide))
    await guard.reload()
    expect(guard.policyDigest).toBe(digestOf(denied(wide)))
    expect(failures).toContain('ERR_LEDGER_UNAVAILABLE')
  })
})

describe('a narrowing that could not be noted', () => {
  it('is noted before the policy widens again, so that what was signed before does not come back', async () => {
    const ledger = failing(memoryLedger({ clock: fixedClock(nowMs) }))
    const rollout = new Rollout()
    await rollout.put(wide, signed(wide, 3))
    const guard = await start(rollout, { ledger: ledger.port })
    const before = { content: rollout.content, signature: rollout.signature }
    ledger.fails = true
    await rollout.put(denied(wide))
    await guard.reload()
    Object.assign(rollout, before)
    await expect(guard.reload()).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    ledger.fails = false
    await expect(guard.reload()).rejects.toMatchObject(unsigned)
    await rollout.put(wide, signed(wide, 4))
    await guard.reload()
    expect(guard.policyDigest).toBe(digestOf(wide))
  })
})

describe('a policy that could not be loaded when it changed', () => {
  async function watched(): Promise<{
    guard: Guard
    rollout: Rollout
    change: () => void
    fail: (times: number) => void
    /** What is on record of policies that were refused: the code and how often it came. */
    rejections: () => readonly (readonly [unknown, unknown])[]
  }> {
    const rollout = new Rollout()
    await rollout.put(wide, signed(wide, 1))
    let change = (): void => undefined
    let failures = 0
    const journal = lastingJournal()
    const failingJournal: GuardOptions['journal'] = {
      open: async (context) => {
        const opened = await journal.open(context)
        return {
          append: (event, durability) => {
            if (event.type === 'policy.loaded' && failures-- > 0) throw new Error('disk full')
            return opened.append(event, durability)
          },
          read: () => opened.read(),
          close: () => opened.close(),
        }
      },
    }
    const guard = await start(rollout, {
      journal: failingJournal,
      policy: {
        load: () => Promise.resolve({ name: 'test', content: rollout.content, signature: rollout.signature }),
        watch: (changed) => {
          change = changed
        },
      },
    })
    return {
      guard,
      rollout,
      change: () => {
        change()
      },
      fail: (times) => {
        failures = times
      },
      rejections: () =>
        journal.events.filter(({ type }) => type === 'policy.rejected').map(({ code, count }) => [code, count]),
    }
  }

  afterEach(() => {
    vi.useRealTimers()
  })

  it('is tried again until it is in force', async () => {
    const on = await watched()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await on.rollout.put(denied(wide))
    on.fail(3)
    on.change()
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 3_999)
    expect(on.guard.policyDigest).toBe(digestOf(wide))
    await vi.advanceTimersByTimeAsync(1)
    expect(on.guard.policyDigest).toBe(digestOf(denied(wide)))
  })

  it('is on record at growing distances while it fails for the same cause, and at once for another one', async () => {
    const on = await watched()
    let rejected = 0
    on.guard.on('policyRejected', () => (rejected += 1))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await on.rollout.put(denied(wide))
    on.fail(Infinity)
    on.change()
    await vi.advanceTimersByTimeAsync(20 * 60_000)
    expect(rejected).toBeGreaterThan(32)
    const counts = [1, 2, 4, 8, 16, 32]
    expect(on.rejections()).toEqual(counts.map((count) => ['ERR_INTERNAL', count]))
    await on.rollout.put(wider)
    await expect(on.guard.reload()).rejects.toMatchObject(unsigned)
    expect(on.rejections().at(-1)).toEqual(['ERR_POLICY_UNSIGNED', 1])
    await on.rollout.put({ ...wider, roles: { agent: [{ target: 'db', duty: ['read', 'delete'] }] } })
    await expect(on.guard.reload()).rejects.toMatchObject(unsigned)
    expect(on.rejections().slice(-2)).toEqual([
      ['ERR_POLICY_UNSIGNED', 1],
      ['ERR_POLICY_UNSIGNED', 1],
    ])
  })

  it('is on record anew when it fails again after it was loaded', async () => {
    const on = await watched()
    await on.rollout.put(wider)
    await expect(on.guard.reload()).rejects.toMatchObject(unsigned)
    await on.rollout.put(wide, signed(wide, 1))
    await on.guard.reload()
    await on.rollout.put(wider)
    await expect(on.guard.reload()).rejects.toMatchObject(unsigned)
    await expect(on.guard.reload()).rejects.toMatchObject(unsigned)
    expect(on.rejections().map(([, count]) => count)).toEqual([1, 1, 2])
  })

  it('is tried once where the policy is at fault, and not after the guard is closed', async () => {
    const on = await watched()
    let rejected = 0
    on.guard.on('policyRejected', () => (rejected += 1))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await on.rollout.put(wider)
    on.change()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(rejected).toBe(1)
    await on.rollout.put(denied(wide))
    on.fail(Infinity)
    on.change()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(rejected).toBe(3)
    await on.guard.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(rejected).toBe(3)
  })
})

describe('a journal that lost its end', () => {
  const behind = { noted: { recorder: 'bothkeys', lsn: 9, hash: 'a'.repeat(64) }, why: 'missing', lastLsn: 3 } as const

  function shortened(): GuardOptions['journal'] {
    const journal = lastingJournal()
    return { open: async (context) => ({ ...(await journal.open(context)), behind }) }
  }

  it('does not tell which signed policies were in force, so that none is', async () => {
    const rollout = new Rollout()
    await rollout.put(narrow, signed(narrow, 1))
    await expect(start(rollout, { journal: shortened() })).rejects.toMatchObject({ code: 'ERR_JOURNAL_BEHIND' })
  })

  it('does not have to where a ledger of its own tells it, or nobody signs policies', async () => {
    const rollout = new Rollout()
    await rollout.put(narrow, signed(narrow, 1))
    const ledger = memoryLedger({ clock: fixedClock(nowMs) })
    expect((await start(rollout, { journal: shortened(), ledger })).policyDigest).toBe(digestOf(narrow))
    expect((await start(rollout, { journal: shortened(), authority: undefined as never })).policyDigest).toBe(
      digestOf(narrow),
    )
  })
})

describe('an authority', () => {
  it('widens nothing while the ledger fails', async () => {
    const ledger = failing(memoryLedger({ clock: fixedClock(nowMs) }))
    const { guard, rollout } = await started({ ledger: ledger.port })
    ledger.fails = true
    await rollout.put(wide, signed(wide, 2))
    await expect(guard.reload()).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    expect(guard.policyDigest).toBe(digestOf(narrow))
  })

  it('widens nothing when the ledger holds something else', async () => {
    const ledger = memoryLedger({ clock: fixedClock(nowMs) })
    const { guard, rollout } = await started({ ledger })
    await ledger.commit([{ key: 'policy/version/bothkeys', expectedVersion: 1, value: 'x' }])
    await rollout.put(wide, signed(wide, 2))
    await expect(guard.reload()).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
  })

  it('is refused beside dev, without a name, and with private keys', async () => {
    const rollout = new Rollout()
    const wrong = { code: 'ERR_CONFIG_INVALID' }
    await rollout.put(narrow, signed(narrow, 1))
    await expect(start(rollout, { dev: true })).rejects.toMatchObject(wrong)
    await expect(start(rollout, { authority: { ...authority, issuer: '' } })).rejects.toMatchObject(wrong)
    const secret = { ...(await exportJWK(own.privateKey)), kid: 'p1' }
    await expect(start(rollout, { authority: { issuer, jwks: { keys: [secret] } } })).rejects.toMatchObject(wrong)
  })

  it('takes one version after the other, whatever comes at once', async () => {
    const { guard, rollout } = await started()
    await rollout.put(wider, signed(wider, 3))
    const results = await Promise.allSettled([guard.reload(), guard.reload(), guard.reload()])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    expect(guard.policyDigest).toBe(digestOf(wider))
  })
})

describe('a signature in a file', () => {
  it('is watched like the policy', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-signed-'))
    const [file, signature] = [join(folder, 'policy.json'), join(folder, 'policy.jws')]
    const write = async (content: Content): Promise<void> => writeFile(file, JSON.stringify(content))
    await write(narrow)
    await writeFile(signature, `${await signed(narrow, 1)}\n`)
    const guard = await start(new Rollout(), { policy: fileSource(file, { signature }) })
    const rejected: string[] = []
    guard.on('policyRejected', ({ error }) => rejected.push(error instanceof BothKeysError ? error.code : ''))
    await write(wide)
    // The signature of the policy before does not fit.
    await vi.waitFor(() => {
      expect(rejected).toEqual(['ERR_POLICY_UNSIGNED'])
    })
    await writeFile(signature, await signed(wide, 2))
    await vi.waitFor(() => {
      expect(guard.policyDigest).toBe(digestOf(wide))
    })
    await rm(signature)
    await write(wider)
    await vi.waitFor(() => {
      expect(rejected.length).toBeGreaterThan(1)
    })
    expect(guard.policyDigest).toBe(digestOf(wide))
    await rm(folder, { recursive: true })
  })
})

/** A token that `signPolicy` would not make. */
function made(
  header: { readonly typ?: string },
  audience: string | string[] = 'bothkeys',
  withTime = true,
): Promise<string> {
  const token = new SignJWT({ pol: digestOf(wide), ver: 2 })
    .setProtectedHeader({ alg: 'ES256', typ: 'bothkeys-policy+jwt', kid: 'p1', ...header })
    .setIssuer(issuer)
    .setAudience(audience)
  return (withTime ? token.setIssuedAt(nowMs / 1000) : token).sign(own.privateKey)
}

function encoded(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}

/** A ledger that fails for the version of the policy once a test says so. */
function failing(inner: Ledger): { fails: boolean; readonly port: Ledger } {
  const on = { fails: false }
  const port: Ledger = {
    get: (key) => {
      if (on.fails && key === 'policy/version/bothkeys') throw new Error('unreachable')
      return inner.get(key)
    },
    commit: (changes) => inner.commit(changes),
    nowMs: () => inner.nowMs(),
    close: () => inner.close(),
  }
  return Object.assign(on, { port })
}
