import type { Session } from '@bothkeys/core'
import { type StructuredToolInterface, tool } from '@langchain/core/tools'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { type ArgumentsOf, governTool, type ToolTarget } from '../src/index.js'

const mail = tool(({ to }) => `sent to ${to}`, {
  name: 'mail',
  description: 'sends mail',
  schema: z.object({ to: z.string(), copies: z.number().default(1) }),
})
declare const session: Session
declare const target: ToolTarget

describe('governTool', () => {
  it('hands the arguments to describe as the schema of the tool reads them', () => {
    governTool(mail, session, {
      target,
      describe: (args) => {
        expectTypeOf(args).toEqualTypeOf<{ to: string; copies: number }>()
        return { effects: [{ duty: 'write', resource: `mailbox:${args.to}` }] }
      },
    })
  })

  it('knows nothing of arguments whose schema is not known', () => {
    expectTypeOf<ArgumentsOf<StructuredToolInterface>>().toEqualTypeOf<unknown>()
  })
})
