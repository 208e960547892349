import { BothKeysError, type Session } from '@bothkeys/core'
import type { GuardedTarget } from '@bothkeys/core/adapter'
import { refusedOnRecord } from '@bothkeys/tools'
import { pickRunnableConfigKeys } from '@langchain/core/runnables'
import type { StructuredToolInterface, ToolRunnableConfig } from '@langchain/core/tools'
import { tool as makeTool, ToolInputParsingException } from '@langchain/core/tools'
import { beganWithin } from './before-it-runs.js'
import { actsFor } from './governed-tools.js'
import { lentCall } from './lent-call.js'
import { notDone, type ToolAnswer } from './tool-answer.js'
import { untilAborted } from './until-aborted.js'
import { untraced } from './untraced.js'
import { misread, whyMisread } from './why-misread.js'

/** How a model sees a tool. */
export type Shown = Pick<StructuredToolInterface, 'name' | 'description' | 'schema'>

/** Whose calls they are, where those are on record, and how long reading their arguments may take, in milliseconds. */
export interface OnRecord {
  readonly session: Session
  readonly target: GuardedTarget
  readonly describeMs: number
}

type Call = (args: unknown, config?: object, tags?: string[]) => Promise<unknown>

/** How LangChain calls the function of a tool. */
type Func = (args: unknown, manager: object | undefined, config: ToolRunnableConfig) => Promise<unknown>

/** What LangChain makes of a function. */
interface Made {
  readonly call: Call
  readonly func: Func
}

/**
 * A tool that answers a call whose arguments it does not take, and has that on record. LangChain reads the arguments before the function
 * of a tool is called, and rejects by itself; without the middleware nobody else would see that.
 */
export function toolOnRecord(
  { description, name, schema }: Shown,
  { describeMs, session, target }: OnRecord,
  answer: (args: unknown, config: ToolRunnableConfig) => Promise<ToolAnswer>,
): StructuredToolInterface {
  // Whoever calls its function by itself calls the tool, which reads what it is given.
  const byItself: Call = (args, config) => called(args, config)
  const shown = { name, description, schema: schema as never }
  const made = makeTool(byItself, shown) as unknown as StructuredToolInterface
  const { call } = made as unknown as Made
  const called: Call = async (args, config, tags) => {
    const seen = { isBegun: false }
    try {
      return await beganWithin(describeMs, name, (begins) => {
        // What LangChain puts around a function is for runs within it, and costs more than the decision: here there are none. Code of
        // the host that looks for the configuration of the call finds it all the same.
        const func: Func = (read, _manager, own) => {
          begins()
          seen.isBegun = true
          return untilAborted(own.signal, () => untraced(pickRunnableConfigKeys(own) ?? {}, () => answer(read, own)))
        }
        return call.call(Object.create(made, { func: { value: func } }), args, config, tags)
      })
    } catch (error) {
      if (seen.isBegun) throw error
      const why = await whyRefused(made, args, error, describeMs)
      if (why === undefined) throw error
      const answered = { name, callId: callIdOf(config) }
      const lent = lentCall({ ...answered, session, target })
      return lent ?? notDone(answered, refusedOnRecord(session, target, name, why))
    }
  }
  return actsFor(Object.assign(made, { call: called }), session)
}

/** Why a call was refused before the function of its tool was called. Undefined: it was called. */
async function whyRefused(
  tool: StructuredToolInterface,
  args: unknown,
  error: unknown,
  describeMs: number,
): Promise<BothKeysError | undefined> {
  if (error instanceof BothKeysError) return error
  const why = await whyMisread(tool, typeof args === 'string' ? { input: args } : args, describeMs)
  return why ?? (error instanceof ToolInputParsingException ? misread() : undefined)
}

/** The number of a call, as LangChain hands it to tools. */
function callIdOf(config: object | undefined): string {
  const { toolCall } = (config ?? {}) as { readonly toolCall?: { readonly id?: string } }
  return toolCall?.id ?? ''
}
