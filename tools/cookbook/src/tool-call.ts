import { BothKeysError, type ErrorCode } from '@bothkeys/core'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { TargetFailure } from './refused.js'

/** Calls a tool as a graph does. Answers what a model is told of what was done; rejects with what it is told of a refusal. */
export async function toolCall(tool: StructuredToolInterface | undefined, args: object): Promise<string> {
  if (tool === undefined) throw new Error('no such tool')
  const call = { name: tool.name, args: { ...args }, id: '1', type: 'tool_call' as const }
  const { content, status } = (await tool.invoke(call)) as { readonly content: string; readonly status?: string }
  const [, code, message = ''] = /^Not done \((ERR_[A-Z_]+)\): (.*)/.exec(content) ?? []
  if (code === undefined) {
    if (status === 'error') throw new TargetFailure(content)
    return content
  }
  const rules = /^Rules: (.+)$/m.exec(content)?.[1]?.split(', ') ?? []
  throw new BothKeysError(code as ErrorCode, message, { rules })
}
