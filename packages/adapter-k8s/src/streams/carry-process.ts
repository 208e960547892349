import type { Permit } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import { textsOf } from '../masking/text-mask.js'
import type { Recorder } from '../recordings/recorder.js'
import { BrokenStream } from './broken-stream.js'
import type { Carried, Sides } from './carried.js'
import { exitStatus } from './exit-status.js'
import { channels, type Frame, written } from './frame.js'
import { Inbox } from './inbox.js'
import { outputChannel, type OutputChannel } from './output-channel.js'
import type { ProcessFacts } from './process-facts.js'
import { send } from './send.js'
import { sizeMessage, terminalSize } from './terminal-size.js'

/** What a process is carried with. */
export interface ProcessParts extends Sides {
  readonly facts: ProcessFacts
  readonly masks: Permit['masks']
  readonly recorder: Recorder | undefined
}

/**
 * Carries an exec or an attach until the API server says how the process ended. What it writes is masked channel by channel, then
 * recorded, then sent on. Rejects when a side is gone, sends what the protocol does not have, or when masking or recording fails.
 */
export async function carryProcess(parts: ProcessParts): Promise<Carried> {
  const process = new Process(parts)
  const clientIsGone = process.takeInput().then(() => {
    throw new BothKeysError('ERR_ABORTED', 'the client left before the process ended')
  })
  return Promise.race([process.takeOutput(), clientIsGone])
}

class Process {
  readonly #parts: ProcessParts
  readonly #fromClient: Inbox
  readonly #fromUpstream: Inbox
  readonly #outputs = new Map<number, OutputChannel>()
  readonly #input: OutputChannel
  readonly #bytes = { in: 0, out: 0, err: 0 }
  #isInputOpen: boolean

  constructor(parts: ProcessParts) {
    const { client, facts, masks, recorder, signal, upstream } = parts
    this.#parts = parts
    this.#isInputOpen = facts.stdin
    const output = (channel: number, isErrors: boolean): OutputChannel =>
      outputChannel(
        masks?.content,
        async (bytes) => {
          await recorder?.output(isErrors ? 'e' : 'o', bytes)
          await send(client, written(channel, bytes), signal)
        },
        signal,
      )
    if (facts.stdout) this.#outputs.set(channels.stdout, output(channels.stdout, false))
    if (facts.stderr) this.#outputs.set(channels.stderr, output(channels.stderr, true))
    // What was typed is recorded as nobody may see it either; where nothing masks it, only how much it was.
    const isRecorded = masks?.content !== undefined && recorder !== undefined
    const record = async (bytes: Uint8Array): Promise<void> => recorder?.output('i', bytes)
    this.#input = isRecorded ? outputChannel(masks.content, record, signal) : noChannel
    this.#fromClient = new Inbox(client)
    this.#fromUpstream = new Inbox(upstream)
  }

  async takeInput(): Promise<void> {
    for await (const frame of this.#fromClient) await this.#fromClientFrame(frame)
  }

  async takeOutput(): Promise<Carried> {
    for await (const { channel, data } of this.#fromUpstream) {
      if (channel === channels.status) return this.#ended(data)
      const output = this.#outputs.get(channel)
      // Servers say with an empty message that a channel is there.
      if (output === undefined && data.length > 0) throw new BrokenStream('the API server sent what nobody asked for')
      if (channel === channels.stderr) this.#bytes.err += data.length
      else this.#bytes.out += data.length
      await output?.write(data)
    }
    throw new BothKeysError('ERR_INTERNAL', 'the API server did not say how the process ended')
  }

  async #fromClientFrame({ channel, data }: Frame): Promise<void> {
    const { facts, recorder, signal, upstream } = this.#parts
    switch (channel) {
      case channels.stdin:
        if (!this.#isInputOpen) throw new BrokenStream('the client sent input that it did not ask to send')
        this.#bytes.in += data.length
        await this.#input.write(data)
        await send(upstream, written(channel, data), signal)
        return
      case channels.resize: {
        const size = terminalSize(data)
        if (size === undefined) throw new BrokenStream('the client sent a size that is none')
        // Without a terminal it has no meaning, but clients send it.
        if (!facts.tty) return
        await recorder?.resized(size)
        await send(upstream, written(channel, sizeMessage(size)), signal)
        return
      }
      case channels.close:
        if (upstream.protocol !== 'v5.channel.k8s.io' || data.length !== 1 || data[0] !== channels.stdin)
          throw new BrokenStream('the client ended a channel that is not its own')
        if (!this.#isInputOpen) return
        this.#isInputOpen = false
        await send(upstream, written(channel, data), signal)
        return
      default:
        throw new BrokenStream('the client sent on a channel that is not its own')
    }
  }

  /** Nothing of it is told before all that the process wrote is out and recorded. */
  async #ended(data: Uint8Array): Promise<Carried> {
    const { masks, recorder } = this.#parts
    await Promise.all([...this.#outputs.values()].map((output) => output.end()))
    const status = await exitStatus(data, {
      texts: textsOf(masks?.content),
      masked: (values) => masks?.masked(values),
    })
    await this.#input.end()
    const { err, in: input, out } = this.#bytes
    const bytes = `in ${String(input)}, out ${String(out)}, err ${String(err)}`
    const recording = await recorder?.end()
    const recorded = recording === undefined ? '' : `; recording ${String(recording.bytes)} ${recording.sha256}`
    return {
      ...status.outcome,
      result: `${status.said}; ${bytes}${recorded}`,
      last: written(channels.status, status.shown),
    }
  }
}

const noChannel: OutputChannel = { write: () => Promise.resolve(), end: () => Promise.resolve() }
