import type { Session } from '@bothkeys/core'
import { governTool, type ToolTarget } from '@bothkeys/langchain'
import { tool } from '@langchain/core/tools'
import { z } from 'zod'

const schema = z.strictObject({ to: z.email(), text: z.string() })

/** The tool for one session: what it does is decided by the domain that the mail goes to. */
export function mailTool(session: Session, mail: ToolTarget, send: (to: string, text: string) => Promise<void>) {
  const ungoverned = tool(
    async ({ text, to }) => {
      await send(to, text)
      return 'sent'
    },
    { name: 'send_mail', description: 'Sends a mail.', schema },
  )
  return governTool(ungoverned, session, {
    target: mail,
    describe: (input) => {
      const [, domain = ''] = schema.parse(input).to.toLowerCase().split('@')
      return { effects: [{ duty: 'write', resource: `domain:"${domain.replaceAll('"', '""')}"` }] }
    },
  })
}
