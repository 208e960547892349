import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Attach, Exec, type KubeConfig, Log, PortForward, type V1Status } from '@kubernetes/client-node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fileRecordings } from '../../src/index.js'
import { memoryInUse } from '../../../../tools/memory-in-use.js'
import { guarded, type Guarded } from '../support/governed.js'
import { plainConfig, type Stage, stage } from '../support/real-cluster.js'

let here: Stage
let directory: string
/** Masked and recorded, without input and terminal. */
let masked: Guarded
/** Neither masked nor recorded, with everything allowed. */
let open: Guarded

beforeAll(async () => {
  here = await stage()
  const { cluster, namespace } = here
  await here.kubelet.runPod({ namespace, name: 'shop' })
  directory = await mkdtemp(join(tmpdir(), 'recordings-'))
  const pods = { resource: `object:${namespace}.**` }
  masked = await guarded(plainConfig(cluster), [{ duty: ['read', 'execute'], ...pods }], {
    policy: { mask: [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }] },
    options: { recordings: fileRecordings(directory) },
  })
  open = await guarded(plainConfig(cluster), [
    { duty: ['read', 'execute'], ...pods },
    { duty: ['execute', 'transfer'], ...pods, when: { payload: 'unbound' } },
    { duty: 'execute', resource: 'stream:tty' },
  ])
})
afterAll(async () => {
  await masked.guard.close()
  await open.guard.close()
  await rm(directory, { recursive: true })
})
beforeEach(() => {
  Object.assign(here.kubelet.handlers, { logs: undefined, exec: undefined, attach: undefined, portForward: undefined })
})

const configOf = ({ session, target }: Guarded): KubeConfig => target.config(session)

/** Collects what is written to it. */
function collector(): { readonly stream: Writable; readonly written: () => string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, written: () => Buffer.concat(chunks).toString() }
}

async function exec(
  on: Guarded,
  command: string[],
  stdout: Writable,
  stdin: PassThrough | null = null,
): Promise<V1Status> {
  return new Promise((resolve, reject) => {
    new Exec(configOf(on))
      .exec(here.namespace, 'shop', 'main', command, stdout, null, stdin, false, resolve)
      .catch((error: unknown) => {
        reject(new Error((error as { message?: string }).message))
      })
  })
}

describe('on a real API server, through the door', () => {
  it('an exec tells its exit code, masked and recorded', async () => {
    here.kubelet.handlers.exec = async ({ command, stdin, stdout, tty }) => {
      expect({ command, tty, stdin: await text(stdin) }).toEqual({
        command: ['sh', '-c', 'mail'],
        tty: false,
        stdin: '',
      })
      stdout.write('to jane.d')
      stdout.write('oe@example.com\n')
      return 3
    }
    const { stream, written } = collector()
    const status = await exec(masked, ['sh', '-c', 'mail'], stream)
    expect(status.details?.causes).toEqual([{ reason: 'ExitCode', message: '3' }])
    expect(written()).toBe('to [email]\n')
    const outcome = masked.journal.events.findLast(({ type }) => type === 'action.outcome')
    expect(outcome).toMatchObject({ outcome: 'failed', error: '3', masked: { rules: ['mails'] } })
    const [file = ''] = await readdir(directory)
    expect(await readFile(join(directory, file), 'utf8')).toContain('"o","to [email]\\n"')
  })

  it('input and a terminal are refused where no rule names them, and reach no kubelet', async () => {
    here.kubelet.handlers.exec = () => Promise.resolve(0)
    const before = here.kubelet.requests.length
    const stdin = new PassThrough()
    await expect(exec(masked, ['cat'], collector().stream, stdin)).rejects.toThrow('403')
    const terminal = new Exec(configOf(masked))
    await expect(
      terminal.exec(here.namespace, 'shop', 'main', 'top', collector().stream, null, null, true),
    ).rejects.toMatchObject({ message: expect.stringContaining('403') })
    expect(here.kubelet.requests.slice(before)).toEqual([])
  })

  it('input goes to a process where a rule names it', async () => {
    here.kubelet.handlers.exec = async ({ stdin, stdout }) => {
      stdout.write(`${String((await text(stdin)).length)} bytes\n`)
      return 0
    }
    const { stream, written } = collector()
    const stdin = new PassThrough()
    stdin.end('one two three')
    expect((await exec(open, ['wc'], stream, stdin)).status).toBe('Success')
    expect(written()).toBe('13 bytes\n')
  })

  it.each([
    ['as it is', () => open],
    ['masked and recorded', () => masked],
  ])('a hundred megabytes of output come whole, %s, and memory stays flat', { timeout: 600_000 }, async (_, by) => {
    const line = `${'x'.repeat(1023)}\n`
    here.kubelet.handlers.exec = async ({ stdout }) => {
      for (let count = 0; count < 1600; count += 1) {
        if (!stdout.write(line.repeat(64))) await once(stdout, 'drain')
      }
      return 0
    }
    const look = 25 * 1024 * 1024
    let bytes = 0
    const growths: number[] = []
    const before = await memoryInUse()
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        const isTime = Math.floor((bytes + chunk.length) / look) > Math.floor(bytes / look)
        bytes += chunk.length
        if (!isTime) return void setImmediate(done)
        void memoryInUse().then((now) => {
          growths.push(now - before)
          done()
        })
      },
    })
    expect((await exec(by(), ['cat'], stdout)).status).toBe('Success')
    if (!stdout.writableFinished) await once(stdout.end(), 'finish')
    expect(bytes).toBe(100 * 1024 * 1024)
    // All of it is in one process: the kubelet, the door and the client.
    expect(growths).toHaveLength(4)
    expect(Math.max(...growths)).toBeLessThan(64 * 1024 * 1024)
  })

  it('an attach hears what a process says', async () => {
    here.kubelet.handlers.attach = ({ stdout }) => {
      stdout.write('by jane.doe@example.com\n')
      return Promise.resolve(0)
    }
    const { stream, written } = collector()
    const socket = await new Attach(configOf(masked)).attach(here.namespace, 'shop', 'main', stream, null, null, false)
    await once(socket, 'close')
    expect(written()).toBe('by [email]\n')
  })

  it('a log is followed, masked, until the kubelet ends it', async () => {
    const more = new PassThrough()
    here.kubelet.handlers.logs = async (_call, output) => {
      output.write('first\n')
      for await (const chunk of more) output.write(chunk)
    }
    const { stream, written } = collector()
    await new Log(configOf(masked)).log(here.namespace, 'shop', 'main', stream, { follow: true })
    await expect.poll(written).toBe('first\n')
    more.end('jane.doe@example.com\n')
    await once(stream, 'finish')
    expect(written()).toBe('first\n[email]\n')
  })

  it('a port is forwarded, and only where nothing has to be masked', async () => {
    here.kubelet.handlers.portForward = ({ port, stream }) => {
      stream.on('data', (chunk: Buffer) => stream.write(`${String(port)} heard ${chunk.toString()}`))
    }
    const { stream, written } = collector()
    const input = new PassThrough()
    const socket = await new PortForward(configOf(open)).portForward(
      here.namespace,
      'shop',
      [8080],
      stream,
      null,
      input,
    )
    input.write('hello')
    await expect.poll(written).toBe('8080 heard hello')
    if (typeof socket === 'function') throw new Error('a socket that does not reconnect')
    socket.close()
    const masking = new PortForward(configOf(masked))
    await expect(
      masking.portForward(here.namespace, 'shop', [8080], collector().stream, null, new PassThrough()),
    ).rejects.toMatchObject({ message: expect.stringContaining('server response: 40') })
  })

  it('a pod that is not there is refused in the words of the API server', async () => {
    const missing = new Exec(configOf(open)).exec(
      here.namespace,
      'none',
      'main',
      'id',
      collector().stream,
      null,
      null,
      false,
    )
    await expect(missing).rejects.toMatchObject({ message: 'Unexpected server response: 404' })
  })

  it('the kubelet hears that a session ended', async () => {
    let isGone = false
    here.kubelet.handlers.exec = async ({ signal, stdout }) => {
      stdout.write('first\n')
      await once(signal, 'abort')
      isGone = true
      return 0
    }
    const { stream, written } = collector()
    const ended = exec(open, ['top'], stream).catch(() => undefined)
    await expect.poll(written).toBe('first\n')
    await open.session.close()
    await expect.poll(() => isGone).toBe(true)
    await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))])
    expect(open.journal.events.findLast(({ type }) => type === 'action.outcome')).toMatchObject({ outcome: 'unknown' })
  })
})
