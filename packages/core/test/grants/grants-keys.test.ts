import { afterEach, describe, expect, it } from 'vitest'
import type { Approver } from '../../src/approvals/approver.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { Session } from '../../src/session.js'
import { decided, deskApprover, deskJwk } from '../approvals/signed-support.js'
import { startMs } from '../duties/support.js'
import { closeIssuers, issuing } from '../identity/issuing.js'
import type { GrantBench } from './support.js'
import { grantBench, grantPolicy, heldWrites, threeWrites, triesOf } from './support.js'

afterEach(closeIssuers)

const policy: PolicyInput = { ...grantPolicy, hold: [{ ...heldWrites, level: 'signed' }] }
const nextJwk = { ...deskJwk, kid: 'd2' }

interface Given {
  readonly on: GrantBench
  readonly session: Session
  readonly published: { keys: object[] | undefined }
}

/** A grant of three writes for ten minutes, signed with a key that is asked of its issuer. */
async function given(changed: (approver: Approver) => Approver = (approver) => approver): Promise<Given> {
  const published: Given['published'] = { keys: [deskJwk] }
  const { base } = await issuing((_path, response) => {
    if (published.keys === undefined) response.writeHead(503).end()
    else response.end(JSON.stringify({ keys: published.keys }))
  })
  let now = { wallMs: () => startMs, monotonicMs: () => 0 }
  const clock = { wallMs: () => now.wallMs(), monotonicMs: () => now.monotonicMs() }
  const desk = changed(deskApprover({ jwks: `${base}/jwks`, clock }))
  // The first check of a process takes longer than the guard waits for an approver.
  const about = { aud: 'bothkeys', req: 'q', adh: 'a'.repeat(64), pol: 'b'.repeat(64), view: 'c'.repeat(64) }
  await desk.verify?.(await decided('ann', { subject: about }), about, AbortSignal.timeout(30_000))
  const on = await grantBench({ policy, approvers: [desk] })
  now = on.clock
  const session = await on.start()
  const asked = session.requestGrant(threeWrites)
  await expect.poll(() => on.guard.approvals.pending().length).toBe(1)
  const [request] = on.guard.approvals.pending()
  if (request === undefined) throw new Error('nothing is pending')
  const evidence = await decided('ann', request, {}, { nowMs: on.clock.wallMs() })
  expect(await on.guard.approvals.submit(request.id, evidence)).toEqual({ counted: true })
  await asked
  return { on, session, published }
}

describe('a grant by what somebody signed', () => {
  it('is used when the signature itself would be too old to approve with', async () => {
    const { on, session } = await given()
    on.clock.advance(599_000)
    expect(await triesOf(on, session, ['write'])).toEqual(['permitted'])
  })

  it('ends when the key is no longer among those of its issuer', async () => {
    const { on, session, published } = await given()
    expect(await triesOf(on, session, ['write'])).toEqual(['permitted'])
    published.keys = [nextJwk]
    on.clock.advance(300_000)
    expect(await triesOf(on, session, ['write'])).toEqual(['held'])
    expect(on.of('grant.ended')).toMatchObject([{ end: 'void' }])
    published.keys = [deskJwk]
    on.clock.advance(10_000)
    expect(await triesOf(on, session, ['write'])).toEqual(['held'])
  })

  it('ends when what it was signed with proves something else now', async () => {
    let lies = false
    const { on, session } = await given((approver) => ({
      ...approver,
      verify: async (...asked) => {
        const verified = await approver.verify?.(...asked)
        if (verified === undefined) throw new Error('it verifies')
        return lies ? { ...verified, decision: 'deny' } : verified
      },
    }))
    expect(await triesOf(on, session, ['write'])).toEqual(['permitted'])
    lies = true
    expect(await triesOf(on, session, ['write'])).toEqual(['held'])
  })
})
