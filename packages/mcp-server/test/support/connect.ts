import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'

/** A client that accepts whatever it is asked, and counts it. */
export class EagerClient extends Client {
  accepted = 0

  constructor() {
    super({ name: 'test', version: '1' }, { capabilities: { elicitation: { form: {} } } })
    this.setRequestHandler(ElicitRequestSchema, () => {
      this.accepted += 1
      return { action: 'accept', content: { approved: true } }
    })
  }

  /** Calls a tool and answers its text, and whether it is that of an error. */
  async say(name: string, args: Record<string, unknown> | undefined, options: object = {}): Promise<string> {
    const { isError, text } = await this.#called(name, args, options)
    return `${isError ? 'error' : 'success'}: ${text}`
  }

  /** Calls a tool and answers its text. */
  async said(name: string, args: Record<string, unknown> | undefined, options: object = {}): Promise<string> {
    return (await this.#called(name, args, options)).text
  }

  async #called(name: string, args: Record<string, unknown> | undefined, options: object) {
    const result = await this.callTool({ name, arguments: args }, undefined, options)
    const [content] = result.content as { text: string }[]
    return { isError: result.isError === true, text: content?.text ?? '' }
  }
}

export async function connected(transport: Transport): Promise<EagerClient> {
  const client = new EagerClient()
  // A process that begins on a busy machine takes its time.
  await client.connect(transport, { timeout: 170_000 })
  return client
}
