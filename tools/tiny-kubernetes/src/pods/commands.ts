import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { KubeletHandlers, ProcessCall } from '@bothkeys/local-kubernetes'

/** Plays a program. Returns its exit code. */
export type Command = (call: ProcessCall, words: readonly string[]) => Promise<number> | number

/** What runs in every container unless a test says otherwise. */
export const commands: Readonly<Record<string, Command>> = {
  cat: async ({ stdin, stdout }) => {
    for await (const chunk of stdin as AsyncIterable<Buffer>) await written(stdout, chunk)
    return 0
  },
  echo: ({ stdout }, words) => {
    stdout.write(`${words.join(' ')}\n`)
    return 0
  },
  exit: (_, [code = '0']) => Number(code),
  false: () => 1,
  true: () => 0,
  /** `yes <bytes>` writes that many. */
  yes: async ({ signal, stdout }, [bytes = '0']) => {
    const block = Buffer.from('y\n'.repeat(32 * 1024))
    for (let left = Number(bytes); left > 0 && !signal.aborted; left -= block.length) {
      await written(stdout, block.subarray(0, Math.min(left, block.length)))
    }
    return 0
  },
}

/** Containers that run these programs, whose log says that they started, and whose ports send back what they are sent. */
export function playedBy(table: Readonly<Record<string, Command>>): KubeletHandlers {
  return {
    logs: async ({ query, signal }, output) => {
      output.write('started\n')
      if (query.get('follow') === 'true' && !signal.aborted) await once(signal, 'abort')
    },
    exec: async (call) => {
      const [program = '', ...words] = call.command
      const command = Object.hasOwn(table, program) ? table[program] : undefined
      if (command === undefined) throw new Error(`exec: "${program}": executable file not found in $PATH: unknown`)
      return command(call, words)
    },
    attach: async (call) => (await commands['cat']?.(call, [])) ?? 0,
    portForward: ({ stream }) => {
      stream.pipe(stream)
    },
  }
}

async function written(to: Writable, bytes: Uint8Array): Promise<void> {
  if (!to.write(bytes)) await once(to, 'drain')
}
