import type { Session } from '@bothkeys/core'
import { governTool, toolTarget } from '@bothkeys/langchain'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { tool } from '@langchain/core/tools'
import { z } from 'zod'
import { linesOf, recorded } from './journal.js'
import type { SecondKey } from './second-key.js'

/** Where the policy speaks of what the team does by functions of its own. */
export const team = toolTarget('team')

/** What the reviewer has: functions of this program, each decided by the policy before it runs. */
export function reviewingTools(
  own: Session,
  { audit, comments, key }: { readonly audit: string; readonly comments: string[]; readonly key: SecondKey },
): StructuredToolInterface[] {
  const read = tool(
    async () => {
      await key.somethingWaits(AbortSignal.timeout(30_000))
      return linesOf(await recorded(audit))
    },
    { name: 'read_record', description: 'Answers what the team did, was refused and waits for.', schema: z.object({}) },
  )
  const comment = tool(
    ({ text }) => {
      comments.push(text)
      return 'noted'
    },
    { name: 'comment', description: 'Notes a comment for people.', schema: z.object({ text: z.string().max(2_000) }) },
  )
  const turn = tool(() => key.turn(own.principal), {
    name: 'turn_key',
    description: 'Turns the second key for the change that waits.',
    schema: z.object({}),
  })
  const does = (duty: 'read' | 'write', resource: string) => ({
    target: team,
    describe: () => ({ effects: [{ duty, resource }] }),
  })
  return [
    governTool(read, own, does('read', 'record:nightly')),
    governTool(comment, own, does('write', 'comment:nightly')),
    governTool(turn, own, does('write', 'comment:vote')),
  ]
}
