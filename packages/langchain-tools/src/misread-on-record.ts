import type { Session } from '@bothkeys/core'
import type { GuardedTarget } from '@bothkeys/core/adapter'
import { type StructuredToolInterface, ToolInputParsingException } from '@langchain/core/tools'
import { lentCall } from './lent-call.js'
import { refusedOnRecord } from './refused-on-record.js'
import { notDone } from './tool-answer.js'
import { misread, whyMisread } from './why-misread.js'

interface Called {
  call(args: unknown, config?: object, tags?: string[]): Promise<unknown>
}

/**
 * The same tool, which answers a call whose arguments it does not take and has that on record. LangChain reads the arguments before
 * the function of a tool is called, and rejects by itself; without the middleware nobody else would see that.
 */
export function misreadOnRecord<Tool extends StructuredToolInterface>(
  tool: Tool,
  session: Session,
  target: GuardedTarget,
): Tool {
  const { name } = tool
  const called = tool as unknown as Called
  const call = called.call.bind(tool)
  called.call = async (args, config, tags) => {
    try {
      return await call(args, config, tags)
    } catch (error) {
      const given = typeof args === 'string' ? { input: args } : args
      const why =
        (await whyMisread(tool, given)) ?? (error instanceof ToolInputParsingException ? misread() : undefined)
      if (why === undefined) throw error
      const answered = { name, callId: callIdOf(config) }
      return (
        lentCall({ ...answered, session, target }) ?? notDone(answered, refusedOnRecord(session, target, name, why))
      )
    }
  }
  return tool
}

/** The number of a call, as LangChain hands it to tools. */
function callIdOf(config: object | undefined): string {
  const { toolCall } = (config ?? {}) as { readonly toolCall?: { readonly id?: string } }
  return toolCall?.id ?? ''
}
