import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callKey } from '../../src/index.js'

let stage: ToolStage
let session: Session
beforeEach(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterEach(() => stage.close())

const keyIn = (of: Session): string =>
  callKey({ session: of, thread: 'thread-1', callId: 'call-1', name: 'say', args: {} })
const below = (of: Session, name?: string): Promise<Session> =>
  of.delegate({
    roles: ['agent'],
    ttlMs: 60_000 - 20_000 * of.principal.delegation.length,
    ...(name !== undefined && { name }),
  })

describe('the same words of a call', () => {
  it('are one call of an agent, also when it comes back', async () => {
    expect(keyIn(await stage.session())).toBe(keyIn(session))
  })

  it('are one call of a sub-agent with a name, also when it comes back', async () => {
    expect(keyIn(await below(session, 'one'))).toBe(keyIn(await below(session, 'one')))
  })

  it('are others of its session, of other sub-agents and of those without a name', async () => {
    const one = await below(session, 'one')
    const agents = [session, one, await below(session, 'two'), await below(session), await below(session)]
    agents.push(await below(await below(session, 'two'), 'one'), await below(await below(session), 'one'))
    expect(new Set(agents.map(keyIn)).size).toBe(agents.length)
  })
})
