import { isDeepStrictEqual } from 'node:util'
import { BothKeysError, type Session } from '@bothkeys/core'
import { JointSignal, type MaybePromise } from '@bothkeys/core/adapter'
import { type CallDescription, governed, refusedOnRecord, type ToolTarget } from '@bothkeys/tools'
import { isToolMessage, ToolMessage } from '@langchain/core/messages'
import type { StructuredToolInterface, ToolRunnableConfig } from '@langchain/core/tools'
import type { InferInteropZodOutput, InteropZodType } from '@langchain/core/utils/types'
import { isCommand } from '@langchain/langgraph'
import { answerCall } from './answer-call.js'
import { inTime } from './in-time.js'
import { maskAnswer } from './mask-answer.js'
import { readArguments } from './read-arguments.js'
import type { ToolAnswer } from './tool-answer.js'
import { type CheckedLimits, limitsOf, type ToolLimits } from './tool-limits.js'
import { toolOnRecord } from './tool-on-record.js'
import { apart } from './unseen.js'
import { type Waiting, type WaitOptions, waitingOf } from './waiting.js'

/** The target that a tool stands for, and what a call of it does. */
export interface GovernTool<Args = unknown> extends WaitOptions, ToolLimits {
  /** Where its calls are decided and on record, as the policy names it. */
  readonly target: ToolTarget
  /** Says what a call with these arguments does. It must not do anything itself, nor change them. Throwing refuses the call. */
  readonly describe: (args: Args) => MaybePromise<CallDescription>
}

/** The arguments of a tool, as its zod schema reads them; of another schema nothing is known. */
export type ArgumentsOf<Tool extends StructuredToolInterface> = Tool['schema'] extends InteropZodType
  ? InferInteropZodOutput<Tool['schema']>
  : unknown

/**
 * The same tool, each of whose calls is decided first by what `describe` says that it does, held for people, recorded and masked. The
 * tool that was given stays ungoverned: hand out this one alone. Throws ERR_CONFIG_INVALID on a wrong option.
 *
 * @example
 * const mail = toolTarget('mail')
 * const send = governTool(sendMail, session, {
 *   target: mail,
 *   describe: ({ to }) => ({ effects: [{ duty: 'write', resource: `mailbox:${to}` }] }),
 * })
 */
export function governTool<Tool extends StructuredToolInterface>(
  tool: Tool,
  session: Session,
  { describe, target, ...options }: GovernTool<ArgumentsOf<Tool>>,
): StructuredToolInterface {
  const governs = { target, describe: describe as Governs['describe'], ...limitsOf(options) }
  return governedTool(tool, session, governs, waitingOf(session, options))
}

/** What is said of a tool, and how long that may take. */
export interface Governs extends CheckedLimits {
  readonly target: ToolTarget
  readonly describe: (args: unknown) => MaybePromise<CallDescription>
}

/** The same, with the calls that it shares with other tools. */
export function governedTool(
  tool: StructuredToolInterface,
  session: Session,
  { describe, describeMs, target, timeoutMs }: Governs,
  waiting: Waiting,
): StructuredToolInterface {
  const { name } = tool
  return toolOnRecord(tool, { session, target, describeMs }, (args, config) => {
    const callId = config.toolCall?.id ?? ''
    const masked = (answer: ToolAnswer, mask: (text: string) => string): ToolAnswer =>
      maskAnswer(answer, mask, { name, callId })
    const invoke = async (given: unknown): Promise<ToolAnswer> => {
      const call = { name, args: given as Record<string, unknown>, id: callId, type: 'tool_call' as const }
      const answer = await inTime(name, timeoutMs, (late) => alone(config, late, (own) => tool.invoke(call, own)))
      return answerOf(answer, { name, callId })
    }
    return answerCall(
      { name, callId, args, session, target, config },
      async (given, context) => {
        const own: unknown = structuredClone(given)
        const read = await readArguments(tool, own, describeMs).catch((error: unknown) => {
          throw error instanceof BothKeysError ? refusedOnRecord(session, target, name, error) : error
        })
        const governs = { name, target, describe: () => describe(read), describeMs }
        const run = async (decided: unknown): Promise<ToolAnswer> => {
          if (!isDeepStrictEqual(await readArguments(tool, decided, describeMs), read)) throw readOtherwise(name)
          return invoke(decided)
        }
        return governed(session, governs, own, context, { run, masked })
      },
      waiting,
    )
  })
}

/** Does what is not masked yet, which hears when it is late, too. */
async function alone(
  config: ToolRunnableConfig,
  late: AbortSignal | undefined,
  work: (own: ToolRunnableConfig) => Promise<unknown>,
): Promise<unknown> {
  if (late === undefined) return apart(config, work)
  const joint = new JointSignal(config.signal, late)
  try {
    return await apart({ ...config, signal: joint.signal }, work)
  } finally {
    joint.release()
  }
}

/** Where reading depends on more than the arguments, what would run is not what people were asked about. */
function readOtherwise(name: string): BothKeysError {
  return new BothKeysError('ERR_PERMIT_VOID', `${name} reads its arguments otherwise now, so nothing ran`, {
    hint: 'call it again',
  })
}

/** A tool may answer anything. */
export function answerOf(
  answer: unknown,
  { callId, name }: { readonly name: string; readonly callId: string },
): ToolAnswer {
  if (isCommand(answer)) return answer
  if (typeof answer === 'object' && answer !== null && '_getType' in answer && isToolMessage(answer as ToolMessage))
    return answer as ToolMessage
  // Of nothing there is no JSON.
  const content = typeof answer === 'string' ? answer : String(JSON.stringify(answer))
  return new ToolMessage({ content, name, tool_call_id: callId })
}
