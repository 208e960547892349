import { BothKeysError } from '@bothkeys/core'
import type { HeldNotice } from '@bothkeys/core/adapter'
import type { RunnableConfig } from '@langchain/core/runnables'
import { interrupt, isGraphBubbleUp } from '@langchain/langgraph'
import { callKey, type CallContext } from '@bothkeys/tools'
import { conversationOf } from './conversation.js'
import { type HumanDecision, humanRequest, readDecision } from './human-request.js'
import { type ActingCall, lentCall } from './lent-call.js'
import { notDone, refused, type ToolAnswer } from './tool-answer.js'
import type { Waiting } from './waiting.js'

/** One call of a tool. */
export interface AskedCall extends ActingCall {
  readonly args: unknown
  readonly config: RunnableConfig
}

/** Does what a call says with these arguments: those that were given, or those that a person put in their place. */
export type RunCall = (args: unknown, context: CallContext) => Promise<ToolAnswer>

/**
 * Takes a call to its answer, once, however often the graph makes it: a refusal is an answer as well, so that the run goes on.
 * Rejects with nothing but what interrupts the graph.
 */
export async function answerCall(call: AskedCall, run: RunCall, waiting: Waiting): Promise<ToolAnswer> {
  try {
    return lentCall(call) ?? (await answered(call, run, waiting))
  } catch (error) {
    if (isGraphBubbleUp(error)) throw error
    return notDone(call, error)
  }
}

async function answered(call: AskedCall, run: RunCall, waiting: Waiting): Promise<ToolAnswer> {
  const key = keyOf(call)
  const { calls, isDurable } = waiting
  if (key === undefined) return run(call.args, { signal: call.config.signal ?? never })
  let state = await calls.make(key, (context) => run(call.args, context))
  while (state.state === 'held') {
    const resumed = isDurable ? interrupted(call, state.notice, waiting) : undefined
    if (resumed === undefined) return inPlace(key, call, waiting)
    const decision = readDecision(resumed.value, waiting)
    if (decision.type !== 'approve') return decided(key, call, { decision, run, waiting })
    if (decision.approval !== undefined) await waiting.submit?.(state.notice.requestId, decision.approval)
    state = await calls.stateSoon(key, soonMs)
  }
  return state.answer
}

/** A signal of callers that give none. */
const never = new AbortController().signal

/** Nothing tells the calls of a conversation apart that has no name. */
function keyOf({ args, callId, config, name, session }: AskedCall): string | undefined {
  const thread = conversationOf(config)
  return thread === undefined || callId === '' ? undefined : callKey({ session, thread, callId, name, args })
}

/** What the conversation was resumed with. Undefined: nobody could resume it. */
function interrupted(
  { args, name }: AskedCall,
  notice: HeldNotice,
  waiting: Waiting,
): { readonly value: unknown } | undefined {
  try {
    return { value: interrupt(humanRequest(name, args, notice, waiting)) }
  } catch (error) {
    if (isGraphBubbleUp(error)) throw error
    process.emitWarning('calls of tools wait for people in place, since the graph has no checkpointer', {
      code: 'BOTHKEYS_WAITS_IN_PLACE',
    })
    return undefined
  }
}

/** Whoever does not wait any more takes the call back. */
async function inPlace(key: string, { config }: AskedCall, { calls }: Waiting): Promise<ToolAnswer> {
  const signal = config.signal ?? never
  const leave = (): void => {
    const reason = new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'nobody waits for the call any more')
    calls.withdraw(key, reason).catch(() => undefined)
  }
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await calls.answer(key)
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** How long an approval takes that was handed in a moment ago, in milliseconds. */
const soonMs = 1_000

interface Decided {
  readonly decision: Exclude<HumanDecision, { readonly type: 'approve' }>
  readonly run: RunCall
  readonly waiting: Waiting
}

/** What a person put in the place of a call is decided as any other call is. What ran before they said so has run. */
async function decided(key: string, call: AskedCall, { decision, run, waiting }: Decided): Promise<ToolAnswer> {
  const ran = await takenBack(key, waiting)
  if (ran !== undefined) return ran
  switch (decision.type) {
    case 'reject':
      return refused(call, `Not done: a person turned this call down.${saying(decision.message)}`)
    case 'respond':
      return refused(call, `Not done: a person answered instead.${saying(decision.message)}`)
    case 'edit':
      if (decision.name !== call.name) return refused(call, 'Not done: an edit cannot make it a call of another tool.')
      return answered({ ...call, args: decision.args }, run, waiting)
  }
}

function saying(message: string | undefined): string {
  return message === undefined ? '' : ` They say: ${message}`
}

/** Withdraws a call. Answers what it came to if it was too late for that. */
async function takenBack(key: string, { calls }: Waiting): Promise<ToolAnswer | undefined> {
  const reason = new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'a person took the call back where it waited')
  try {
    return await calls.withdraw(key, reason, 'everywhere')
  } catch (error) {
    if (error instanceof BothKeysError && error.code === 'ERR_APPROVAL_WITHDRAWN') return undefined
    throw error
  }
}
