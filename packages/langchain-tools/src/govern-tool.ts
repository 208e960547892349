import { isDeepStrictEqual } from 'node:util'
import { BothKeysError, type Session } from '@bothkeys/core'
import { type CallDescription, type Governed, governed, type ToolTarget } from '@bothkeys/tools'
import { isToolMessage, ToolMessage } from '@langchain/core/messages'
import type { StructuredToolInterface, ToolRunnableConfig } from '@langchain/core/tools'
import { tool as makeTool } from '@langchain/core/tools'
import type { InferInteropZodOutput, InteropZodType } from '@langchain/core/utils/types'
import { isCommand } from '@langchain/langgraph'
import { answerCall } from './answer-call.js'
import { actsFor } from './governed-tools.js'
import { maskAnswer } from './mask-answer.js'
import { misreadOnRecord } from './misread-on-record.js'
import { readArguments } from './read-arguments.js'
import { refusedOnRecord } from './refused-on-record.js'
import type { ToolAnswer } from './tool-answer.js'
import { apart } from './unseen.js'
import { type Waiting, type WaitOptions, waitingOf } from './waiting.js'

/** The target that a tool stands for, and what a call of it does. */
export interface GovernTool<Args = unknown> extends WaitOptions {
  /** Where its calls are decided and on record, as the policy names it. */
  readonly target: ToolTarget
  /** Says what a call with these arguments does. It must not do anything itself, nor change them. Throwing refuses the call. */
  readonly describe: (args: Args) => CallDescription
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
  const governs = { target, describe: describe as (args: unknown) => CallDescription }
  return governedTool(tool, session, governs, waitingOf(session, options))
}

/** The same, with the calls that it shares with other tools. */
export function governedTool(
  tool: StructuredToolInterface,
  session: Session,
  { describe, target }: Pick<Governed<unknown>, 'target' | 'describe'>,
  waiting: Waiting,
): StructuredToolInterface {
  const { description, name, schema } = tool
  const made = makeTool(
    (args: unknown, config: ToolRunnableConfig) => {
      const callId = config.toolCall?.id ?? ''
      const masked = (answer: ToolAnswer, mask: (text: string) => string): ToolAnswer =>
        maskAnswer(answer, mask, { name, callId })
      const invoke = async (given: unknown): Promise<ToolAnswer> => {
        const call = { name, args: given as Record<string, unknown>, id: callId, type: 'tool_call' as const }
        return answerOf(await apart(config, (own) => tool.invoke(call, own) as Promise<unknown>), { name, callId })
      }
      return answerCall(
        { name, callId, args, session, target, config },
        async (given, context) => {
          const own: unknown = structuredClone(given)
          const read = await readArguments(tool, own).catch((error: unknown) => {
            throw error instanceof BothKeysError ? refusedOnRecord(session, target, name, error) : error
          })
          const governs = { name, target, describe: () => describe(read) }
          const run = async (decided: unknown): Promise<ToolAnswer> => {
            if (!isDeepStrictEqual(await readArguments(tool, decided), read)) throw readOtherwise(name)
            return invoke(decided)
          }
          return governed(session, governs, own, context, { run, masked })
        },
        waiting,
      )
    },
    { name, description, schema: schema as never },
  )
  return actsFor(misreadOnRecord(made as unknown as StructuredToolInterface, session, target), session)
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
