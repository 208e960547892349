import type { Session } from '@bothkeys/core'
import type { HeldNotice } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import { humanRequest, readDecision } from '../src/human-request.js'
import { type ConversationDecision, type Waiting, type WaitOptions, waitingOf as waitingIn } from '../src/waiting.js'

/** A session whose calls are remembered. */
const session = {} as Session
const waitingOf = (options: WaitOptions): Waiting => waitingIn(session, options)

const all: readonly ConversationDecision[] = ['approve', 'edit', 'reject', 'respond']
const waiting = waitingOf({ wait: 'durable', decisions: all })
const saying = (...decisions: readonly unknown[]): object => ({ decisions })
const looksAgain = { type: 'approve' }

describe('what a person is asked', () => {
  it('names the call, the request and its rules, and what may be said', () => {
    const notice = {
      requestId: 'request-1',
      digest: 'd'.repeat(64),
      rules: ['deletes', 'log'],
      expiresAt: new Date(0),
    } as unknown as HeldNotice
    expect(humanRequest('query', { sql: 'x' }, notice, waitingOf({}))).toEqual({
      actionRequests: [
        {
          name: 'query',
          args: { sql: 'x' },
          description: expect.stringMatching(
            /^query waits for approval \(rule deletes, log; request request-, digest d{12}\)/,
          ) as string,
          approvalId: 'request-1',
          actionHash: 'd'.repeat(64),
          expiresAt: '1970-01-01T00:00:00.000Z',
        },
      ],
      reviewConfigs: [{ actionName: 'query', allowedDecisions: ['approve', 'reject'] }],
    })
  })
})

describe('what a conversation is resumed with', () => {
  it('is read where it is a decision', () => {
    expect(readDecision(saying({ type: 'approve' }), waiting)).toEqual(looksAgain)
    expect(readDecision(saying({ type: 'approve', approval: 'e30' }), waiting)).toEqual({
      type: 'approve',
      approval: 'e30',
    })
    expect(readDecision(saying({ type: 'reject', message: 'no' }), waiting)).toEqual({ type: 'reject', message: 'no' })
    expect(readDecision(saying({ type: 'respond' }), waiting)).toEqual({ type: 'respond', message: undefined })
    const editedAction = { name: 'query', args: { sql: 'y' } }
    expect(readDecision(saying({ type: 'edit', editedAction }), waiting)).toEqual({ type: 'edit', ...editedAction })
  })

  it.each([
    undefined,
    null,
    'approved',
    [],
    [{ type: 'reject' }],
    { decisions: 'reject' },
    { decisions: { 0: { type: 'reject' }, length: 1 } },
    { type: 'reject' },
    saying(),
    saying({ type: 'reject' }, { type: 'reject' }),
    saying({ type: 'approve', approval: 'e30' }, { type: 'approve' }),
    saying('reject'),
    saying({ type: ['reject'] }),
    saying(Object.create({ type: 'reject' })),
    Object.create(saying({ type: 'reject' })) as object,
    saying({ type: 'edit' }),
    saying({ type: 'edit', editedAction: { name: 'query' } }),
    saying({ type: 'edit', editedAction: { name: 'query', args: null } }),
    saying({ type: 'edit', editedAction: { name: 'query', args: [] } }),
    saying({ type: 'edit', editedAction: { name: 7, args: {} } }),
    saying({ type: 'approve', approval: { evidence: 'e30' } }),
  ])('decides nothing where it is none: %o', (resumed) => {
    expect(readDecision(resumed, waiting)).toEqual(looksAgain)
  })

  it.each(all)('decides nothing by %s where that was not asked for', (type) => {
    const editedAction = { name: 'query', args: {} }
    const others = waitingOf({ decisions: all.filter((each) => each !== type) })
    expect(readDecision(saying({ type, editedAction, message: 'no', approval: 'e30' }), others)).toEqual(looksAgain)
  })

  it('is no longer than a model should be told', () => {
    const long = 'x'.repeat(100_000)
    expect(readDecision(saying({ type: 'reject', message: long }), waiting)).toMatchObject({
      message: 'x'.repeat(20_000),
    })
    expect(readDecision(saying({ type: 'approve', approval: long }), waiting)).toMatchObject({
      approval: 'x'.repeat(20_000),
    })
  })
})

describe('how calls wait', () => {
  it.each([{ wait: 'later' }, { wait: 'constructor' }, { decisions: [] }, { decisions: ['approve', 'allow'] }])(
    'is not %o',
    (options) => {
      expect(() => waitingOf(options as WaitOptions)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    },
  )

  it('is in place, and nothing of a call may be edited, unless it is said', () => {
    expect(waitingOf({})).toMatchObject({ isDurable: false, decisions: ['approve', 'reject'] })
    expect(waitingOf({ wait: 'durable' })).toMatchObject({ isDurable: true })
  })

  it('does not change with the list that was given', () => {
    const decisions: ConversationDecision[] = ['approve']
    const made = waitingOf({ decisions })
    decisions.push('edit')
    expect(made.decisions).toEqual(['approve'])
    expect([made, made.decisions].every((each) => Object.isFrozen(each))).toBe(true)
  })
})
