import type { Session } from '@bothkeys/core'
import { tool, type StructuredToolInterface } from '@langchain/core/tools'
import { z } from 'zod'
import { bothkeysMiddleware, governTool, sqlTools, type WaitOptions } from '../../src/index.js'
import type { Stage } from '@bothkeys/agent-stage'

/** One way in which an agent's tool is governed: its calls say a text each, and wait for people. */
export interface Wrapper {
  readonly name: string
  readonly tool: string
  /** The arguments of a call that says this text. */
  args(text: string): Record<string, unknown>
  open(stage: Stage, session: Session, options: WaitOptions): Opened
}

export interface Opened {
  readonly tools: StructuredToolInterface[]
  readonly middleware: ReturnType<typeof bothkeysMiddleware>[]
  /** The texts of the calls that ran, in order. */
  ran(): Promise<readonly string[]>
}

const describe = ({ to }: { to: string }) => ({ effects: [{ duty: 'write' as const, resource: `mailbox:${to}` }] })

/** A tool of the host that nobody governs, and what it did. */
export function mailTool() {
  const sent: string[] = []
  const made = tool(
    ({ text }) => {
      sent.push(text)
      return `sent ${text}`
    },
    { name: 'mail', description: 'sends mail', schema: z.object({ to: z.string(), text: z.string() }) },
  )
  return { tool: made, sent }
}

const sql: Wrapper = {
  name: 'sqlTools',
  tool: 'query',
  args: (text) => ({ sql: `INSERT INTO log VALUES ('${text}')` }),
  open: (stage, session, options) => ({
    tools: sqlTools(session, stage.orders, options),
    middleware: [bothkeysMiddleware({ session, target: stage.mail, ...options })],
    ran: async () => (await stage.owner.query<{ text: string }>('SELECT text FROM log')).rows.map(({ text }) => text),
  }),
}

const mailArgs = (text: string): Record<string, unknown> => ({ to: 'all', text })

const wrapped: Wrapper = {
  name: 'governTool',
  tool: 'mail',
  args: mailArgs,
  open: (stage, session, options) => {
    const { sent, tool: mail } = mailTool()
    return {
      tools: [governTool(mail, session, { target: stage.mail, describe, ...options })],
      middleware: [],
      ran: () => Promise.resolve(sent),
    }
  },
}

const around: Wrapper = {
  name: 'bothkeysMiddleware',
  tool: 'mail',
  args: mailArgs,
  open: (stage, session, options) => {
    const { sent, tool: mail } = mailTool()
    return {
      tools: [mail],
      middleware: [bothkeysMiddleware({ session, target: stage.mail, tools: { mail: describe }, ...options })],
      ran: () => Promise.resolve(sent),
    }
  },
}

export const wrappers: readonly Wrapper[] = [sql, wrapped, around]
