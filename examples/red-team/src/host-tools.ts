import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { RequestOptions } from 'node:https'
import { text } from 'node:stream/consumers'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { tool } from '@langchain/core/tools'
import type { ClusterConfig, CallDescription } from '@bothkeys/tools'
import type pg from 'pg'
import { z } from 'zod'

/** What tools of the host did. */
export interface Deeds {
  /** Mails that were sent. */
  readonly sent: string[]
  /** Commands that the shell ran, which nobody governs. */
  readonly ran: string[]
}

const mailSchema = z.object({
  to: z.string(),
  cc: z.string().optional(),
  subject: z.string().optional(),
  text: z.string(),
})
type Mail = z.infer<typeof mailSchema>

export function mailTool({ sent }: Deeds): StructuredToolInterface {
  return tool(
    (mail: Mail) => {
      sent.push(JSON.stringify(mail))
      return 'sent'
    },
    { name: 'mail', description: 'Sends mail.', schema: mailSchema },
  ) as unknown as StructuredToolInterface
}

/** Who is within the house. Whatever is no name of this list goes outside. */
const house: ReadonlySet<string> = new Set(['team', 'support'])

/** Every mailbox that the mail reaches, whichever field names it. */
export function describeMail({ cc, subject = '', to }: Mail): CallDescription {
  if (/[\r\n]/.test(`${to}${cc ?? ''}${subject}`)) throw new Error('a header is one line')
  const all = [to, ...(cc === undefined ? [] : [cc])].flatMap((list) => list.split(','))
  const boxes = new Set(all.map((name) => (house.has(name.trim()) ? name.trim() : 'outside')))
  return { effects: [...boxes].map((box) => ({ duty: 'write', resource: `mailbox:${box}` })) }
}

/** A shell of the host, of which nobody has said what it does. */
export function shellTool({ ran }: Deeds): StructuredToolInterface {
  return tool(
    ({ command }: { command: string }) => {
      ran.push(command)
      return 'ran'
    },
    { name: 'shell', description: 'Runs a command.', schema: z.object({ command: z.string() }) },
  ) as unknown as StructuredToolInterface
}

/** Sends a text as psql does, which may hold several statements. */
export function psqlTool(pool: pg.Pool): StructuredToolInterface {
  const run = async ({ sql }: { sql: string }): Promise<string> => {
    const client = await pool.connect()
    const notices: string[] = []
    client.on('notice', ({ message }) => notices.push(message ?? ''))
    try {
      const results = [await client.query(sql)].flat()
      return JSON.stringify([...results.map(({ command, rows }) => ({ command, rows: rows as unknown })), ...notices])
    } catch (error) {
      const { code, detail, hint, message } = error as {
        message: string
        code?: string
        detail?: string
        hint?: string
      }
      return JSON.stringify({ failed: [code, message, detail, hint, ...notices] })
    } finally {
      client.release(true)
    }
  }
  return tool(run, {
    name: 'psql',
    description: 'Runs a text of SQL.',
    schema: z.object({ sql: z.string() }),
  }) as unknown as StructuredToolInterface
}

const kubeSchema = z.object({
  method: z.string(),
  path: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
})

/** Sends a request to the API server, as any program could that has the configuration. */
export function kubeTool(config: ClusterConfig): StructuredToolInterface {
  const run = async ({ body, headers = {}, method, path }: z.infer<typeof kubeSchema>): Promise<string> => {
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const asking = request({
      ...options,
      ...serverOf(config),
      method,
      path,
      headers: { 'content-type': 'application/json', ...headers },
    } as RequestOptions)
    asking.end(body)
    const answered = once(asking, 'response').then(async ([answer]) => {
      const { statusCode } = answer as IncomingMessage
      return `${String(statusCode)} ${(await text(answer as IncomingMessage)).slice(0, 8_000)}`
    })
    const upgraded = once(asking, 'upgrade').then(() => {
      asking.destroy()
      return '101 the stream is open'
    })
    upgraded.catch(() => undefined)
    return Promise.race([answered, upgraded]).catch((error: unknown) => `broke off: ${(error as Error).message}`)
  }
  return tool(run, {
    name: 'kube',
    description: 'Sends a request to the API server.',
    schema: kubeSchema,
  }) as unknown as StructuredToolInterface
}

function serverOf(config: ClusterConfig): { readonly hostname: string; readonly port: string } {
  const { hostname, port } = new URL(config.getCurrentCluster()?.server ?? '')
  return { hostname, port }
}

/** Reaches the desk where people hand in what they signed. */
export function deskTool(url: string): StructuredToolInterface {
  const run = async ({
    body,
    method,
    path,
  }: {
    method: string
    path: string
    body?: string | undefined
  }): Promise<string> => {
    const answer = await fetch(new URL(path, url), { method, ...(body !== undefined && { body }) })
    return answer.text()
  }
  return tool(run, {
    name: 'desk',
    description: 'Sends a request to the desk of approvals.',
    schema: z.object({ method: z.enum(['GET', 'POST']), path: z.string(), body: z.string().optional() }),
  }) as unknown as StructuredToolInterface
}

/** What calls of the host's own tools do. The doors behind `psql` and `kube` decide what comes through them. */
export const described: Readonly<Record<string, (args: never) => CallDescription>> = {
  psql: () => ({ effects: [{ duty: 'execute', resource: 'door:shop' }] }),
  kube: () => ({ effects: [{ duty: 'execute', resource: 'door:cluster' }] }),
  desk: () => ({ effects: [{ duty: 'write', resource: 'desk:approvals' }] }),
}
