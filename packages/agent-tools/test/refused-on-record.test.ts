import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import { BothKeysError } from '@bothkeys/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusedOnRecord, toolTarget } from '../src/index.js'

let stage: ToolStage
beforeEach(async () => {
  stage = await openToolStage()
})
afterEach(() => stage.close())

const why = new BothKeysError('ERR_STATEMENT_INVALID', 'refused: nobody knows what it does', {
  hint: 'password=hunter2',
})
const denied = () => stage.journal.events.filter(({ type }) => type === 'action.denied')

describe('a call that is refused before it comes to a door', () => {
  it('is on record by its name, and why is returned', async () => {
    expect(refusedOnRecord(await stage.session(), stage.mail, 'say', why)).toBe(why)
    const effects = [{ duty: 'opaque', resource: 'tool:"say"' }]
    expect(denied()).toMatchObject([{ code: 'ERR_STATEMENT_INVALID', action: { text: 'say(…)', effects } }])
    expect(JSON.stringify(denied())).not.toContain('hunter2')
  })

  it('is one resource, whatever its name holds', async () => {
    refusedOnRecord(await stage.session(), stage.mail, 'say":"x', why)
    expect(denied()).toMatchObject([{ action: { effects: [{ resource: 'tool:"say:x"' }] } }])
  })

  it('returns why it cannot be recorded', async () => {
    const session = await stage.session()
    expect(refusedOnRecord(session, toolTarget('mail'), 'say', why).code).toBe('ERR_TARGET_UNKNOWN')
    await session.close()
    expect(refusedOnRecord(session, stage.mail, 'say', why).code).toBe('ERR_SESSION_CLOSED')
    expect(denied()).toEqual([])
  })
})
