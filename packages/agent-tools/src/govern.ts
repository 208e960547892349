import type { Admission, Description, Effect, MaybePromise, Permit, Session } from '@bothkeys/core/adapter'
import type { SessionAccess } from '@bothkeys/core/adapter'
import { BothKeysError, JointSignal, refusalError, refusalFrom, sessionAccess } from '@bothkeys/core/adapter'
import { snapshot, within } from '@bothkeys/core/adapter'
import { ToolFailure } from './agent-tool.js'
import type { CallContext } from './agent-tool.js'
import { describeMsOf } from './describe-ms.js'
import { opaqueCall, opaqueEffect } from './opaque-call.js'
import type { ToolTarget } from './tool-target.js'

/** What one call does, as the policy sees it. */
export interface CallDescription {
  /** What it does to which resources. None: it is refused, for nobody knows. */
  readonly effects: readonly (Pick<Effect, 'duty' | 'resource'> & Partial<Pick<Effect, 'attributes'>>)[]
  /** What people are shown of it. Default: the name with its arguments in JSON. */
  readonly text?: string
}

/** A function that is decided before each call. */
export interface Governed<Input> {
  /** What the model calls it by, and what stands in the record. */
  readonly name: string
  /** Where it is decided: the function is an action on this target. */
  readonly target: ToolTarget
  /** Says what a call does. It must not do anything itself. Throwing refuses the call. */
  readonly describe: (input: Input) => MaybePromise<CallDescription>
  /** How long `describe` may take, in milliseconds; the call is refused then. Default: 10,000. */
  readonly describeMs?: number | undefined
}

/** Runs what was let through, and says how its answer is masked. */
export interface Work<Input, Answer> {
  /** The input is a frozen copy: what was decided is what runs. */
  readonly run: (input: Input, signal: AbortSignal) => Promise<Answer>
  /** The answer with every text of it masked. Throws where it cannot be. */
  readonly masked: (answer: Answer, mask: (text: string) => string) => Answer
}

/**
 * Takes one call of a function to its end: describe → decide → ask people → record → run → mask → record. Rejects with a
 * BothKeysError when it does not run or its answer cannot be shown, with a ToolFailure when the function throws: what it
 * throws stays with the host. Throws ERR_CONFIG_INVALID on a wrong option.
 */
export async function governed<Input, Answer>(
  session: Session,
  { target, ...calls }: Governed<Input>,
  given: Input,
  context: CallContext,
  work: Work<Input, Answer>,
): Promise<Answer> {
  const { name } = calls
  const describeMs = describeMsOf(calls.describeMs)
  const access = sessionAccess(session, target)
  const { input, ...asked } = await onRecord(access, name, async () => {
    const copy = frozenCopy(given)
    return {
      input: copy,
      identity: Object.freeze({ tool: name }),
      description: await within(describeMs, `saying what ${name} does`, 'ERR_INTERNAL', () =>
        descriptionOf(calls, copy),
      ),
      parameters: [snapshot(copy)],
      stateEpoch: '',
    }
  })
  // Nothing of a call stays on the session.
  const waited = new JointSignal(context.signal, access.signal)
  const { signal } = waited
  try {
    const { onHeld } = context
    // Where its session ends, the call is told that, and another process may go on waiting.
    const whoWaits = { signal, asking: access.signal, ...(onHeld && { onHeld }) }
    const admission = await access.admit({ ...asked, inTransaction: false, ...whoWaits })
    return await carriedOut(permitOf(admission), input, work, signal)
  } finally {
    waited.release()
  }
}

async function carriedOut<Input, Answer>(
  permit: Permit,
  input: Input,
  work: Work<Input, Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await ran(permit, () => work.run(input, signal))
  try {
    return shown(permit, answer, work)
  } finally {
    await permit.settle({ outcome: 'completed' })
  }
}

function permitOf(admission: Admission): Permit {
  switch (admission.outcome) {
    case 'permitted':
      return admission.permit
    case 'refused':
      throw refusalError(admission.refusal)
    case 'stale':
      throw new BothKeysError('ERR_PERMIT_VOID', 'the target changed, so nothing ran', { hint: 'call it again' })
  }
}

/** Nobody knows how far a function came that threw. */
async function ran<Answer>(permit: Permit, work: () => Promise<Answer>): Promise<Answer> {
  try {
    permit.use()
    permit.run()
  } catch (error) {
    await permit.settle({ outcome: 'not-run' })
    throw error
  }
  try {
    return await work()
  } catch (error) {
    await permit.settle({ outcome: 'unknown' })
    if (error instanceof BothKeysError) throw error
    // In its words, masked as its answers are.
    if (error instanceof ToolFailure)
      throw new ToolFailure(masking(permit)?.(error.message) ?? error.message, { cause: error })
    throw new ToolFailure('the tool threw an error, which the host has', { cause: error })
  }
}

function shown<Input, Answer>(permit: Permit, answer: Answer, { masked }: Work<Input, Answer>): Answer {
  const mask = masking(permit)
  return mask === undefined ? answer : masked(answer, mask)
}

/** Column rules have nothing to hold on to here, so that where one counts nothing is shown. Undefined: nothing is masked. */
function masking({ masks }: Permit): ((text: string) => string) | undefined {
  if (masks === undefined) return undefined
  const { content } = masks
  return (text) => {
    const seen = content?.text(text, undefined) ?? '(masked)'
    if (seen !== text) masks.masked(1)
    return seen
  }
}

async function descriptionOf<Input>(
  { describe, name }: Pick<Governed<Input>, 'name' | 'describe'>,
  input: Input,
): Promise<Description> {
  let said: CallDescription
  try {
    said = await describe(input)
  } catch (cause) {
    throw new BothKeysError('ERR_STATEMENT_INVALID', `refused: nobody can say what this call of ${name} does`, {
      hint: 'call it with other arguments',
      cause,
    })
  }
  const effects = said.effects.map(({ attributes, duty, resource }) =>
    Object.freeze({ duty, resource, attributes: Object.freeze({ ...attributes }) }),
  )
  return Object.freeze({
    operation: 'call',
    text: said.text ?? `${name}(${JSON.stringify(input)})`,
    recordedText: `${name}(…)`,
    effects: Object.freeze(effects.length > 0 ? effects : [opaqueEffect(name)]),
  })
}

/** What nobody can decide about is refused on record, too. */
async function onRecord<Asked>(access: SessionAccess, name: string, read: () => Promise<Asked>): Promise<Asked> {
  try {
    return await read()
  } catch (error) {
    access.refused(opaqueCall(name), refusalFrom(error))
    throw error
  }
}

/** A plain copy, so that nobody changes what was decided. */
function frozenCopy<Input>(input: Input): Input {
  return deepFrozen(structuredClone(input))
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const member of Object.values(value)) deepFrozen(member)
  return Object.freeze(value)
}
