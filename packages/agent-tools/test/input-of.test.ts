import { openToolStage, StubTool, type ToolStage } from '@bothkeys/agent-stage'
import type { BothKeysError } from '@bothkeys/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { argumentsSchema, inputOf, shownSchema, toolTarget } from '../src/index.js'

let stage: ToolStage
let tool: StubTool
beforeEach(async () => {
  stage = await openToolStage()
  tool = new StubTool(await stage.session(), stage.mail)
})
afterEach(() => stage.close())

const denied = () => stage.journal.events.filter(({ type }) => type === 'action.denied')

function refusalOf(args: unknown, of: Parameters<typeof inputOf>[0] = tool): BothKeysError {
  try {
    inputOf(of, args)
  } catch (error) {
    return error as BothKeysError
  }
  throw new Error('it was read')
}

describe('the arguments of a call', () => {
  it('are what the tool reads, and then nothing is on record of them', () => {
    expect(inputOf(tool, { text: 'hello' })).toEqual({ text: 'hello' })
    expect(denied()).toEqual([])
  })

  it.each([
    [{ text: 7, note: ['hunter2'] }, 'text: Invalid input: expected string'],
    [{ text: 'hunter2', approved: true }, 'approved'],
    [{}, 'text: '],
    ['hunter2', 'expected object'],
    [null, 'expected object'],
    [undefined, 'expected object'],
  ])('%j are refused on record, with nothing of them, and it is said what is wrong', (args, wrong) => {
    const { code, hint, message } = refusalOf(args)
    expect([code, message]).toEqual(['ERR_SNAPSHOT_INVALID', 'refused: say does not take these arguments'])
    expect(hint).toContain(wrong)
    expect(hint).not.toContain('hunter2')
    expect(denied()).toMatchObject([
      {
        code: 'ERR_SNAPSHOT_INVALID',
        action: { operation: 'call', text: 'say(…)', effects: [{ duty: 'opaque', resource: 'tool:"say"' }] },
        target: { kind: 'tool', name: 'mail' },
      },
    ])
    expect(JSON.stringify(denied())).not.toMatch(/hunter2|approved/)
  })

  it('are answered in so many characters, however much is wrong with them', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`unknown-${String(n)}`, n]))
    expect(refusalOf(many).hint?.length).toBeLessThan(1_100)
  })

  it('are refused on record where the schema itself throws, and nothing is said of why', () => {
    const schema = z.strictObject({ text: z.string() }).refine(() => {
      throw new Error('password=hunter2')
    })
    const throwing = { ...described(), schema }
    expect(refusalOf({ text: 'hello' }, throwing)).toMatchObject({
      code: 'ERR_SNAPSHOT_INVALID',
      hint: 'call it as its schema says',
    })
    expect(denied()).toHaveLength(1)
    expect(JSON.stringify(denied())).not.toContain('hunter2')
  })

  it('are refused with why that cannot be recorded, once the session has ended or for a target of nobody', async () => {
    const foreign = { ...described(), target: toolTarget('mail') }
    expect(refusalOf({}, foreign).code).toBe('ERR_TARGET_UNKNOWN')
    await tool.session.close()
    expect(refusalOf({}).code).toBe('ERR_SESSION_CLOSED')
    expect(denied()).toEqual([])
  })
})

describe('the schema that frameworks are shown', () => {
  it('says what the tool takes, and takes whatever comes as it is', () => {
    const shown = shownSchema(tool)
    expect(argumentsSchema({ ...described(), schema: shown })).toEqual(argumentsSchema(tool))
    const given = { text: 7, approved: true }
    for (const args of [given, 'hello', null]) expect(z.safeParse(shown, args)).toEqual({ success: true, data: args })
    expect(tool.schema.safeParse(given).success).toBe(false)
  })

  it('is described as that of the tool is', () => {
    const schema = tool.schema.describe('what to say')
    expect(z.toJSONSchema(shownSchema({ ...described(), schema }))).toEqual(z.toJSONSchema(schema))
  })
})

/** The tool as a plain object. */
function described() {
  const { description, name, schema, session, target } = tool
  return { description, name, schema, session, target, run: () => Promise.resolve('') }
}
