import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { allow, auditEvents, callApi, createServiceAccountToken, createUser } from '@bothkeys/local-kubernetes'
import {
  Attach,
  AuthorizationV1Api,
  CoreV1Api,
  Exec,
  type KubeConfig,
  Log,
  PortForward,
  type V1Status,
  VersionApi,
  Watch,
} from '@kubernetes/client-node'
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { plainConfig, type Stage, stage } from '../support/real-cluster.js'

let here: Stage
let admin: KubeConfig
let core: CoreV1Api

beforeAll(async () => {
  here = await stage()
  admin = plainConfig(here.cluster)
  core = admin.makeApiClient(CoreV1Api)
  await here.kubelet.runPod({ namespace: here.namespace, name: 'shop', labels: { app: 'shop' } })
})

beforeEach(() => {
  Object.assign(here.kubelet.handlers, { logs: undefined, exec: undefined, attach: undefined, portForward: undefined })
})

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

it('tells its version', async () => {
  const { gitVersion } = await admin.makeApiClient(VersionApi).getCode()
  expect(gitVersion).toBe(`v${here.cluster.version}`)
})

it('lists pods in a namespace', async () => {
  const { items } = await core.listNamespacedPod({ namespace: here.namespace })
  expect(items.map((pod) => [pod.metadata?.name, pod.status?.phase])).toEqual([['shop', 'Running']])
})

it('watches', async () => {
  const seen: [string, string | undefined][] = []
  const ended = vi.fn<() => void>()
  const configMaps = `/api/v1/namespaces/${here.namespace}/configmaps`
  const stop = await new Watch(admin).watch(
    configMaps,
    {},
    (phase: string, object: { metadata?: { name?: string } }) => seen.push([phase, object.metadata?.name]),
    ended,
  )
  await core.createNamespacedConfigMap({ namespace: here.namespace, body: { metadata: { name: 'watched' } } })
  await core.deleteNamespacedConfigMap({ namespace: here.namespace, name: 'watched' })
  await vi.waitFor(() =>
    expect(seen.filter(([, name]) => name === 'watched')).toEqual([
      ['ADDED', 'watched'],
      ['DELETED', 'watched'],
    ]),
  )
  stop.abort()
  await vi.waitFor(() => expect(ended).toHaveBeenCalled())
})

it('follows a log until the kubelet ends it', async () => {
  const more = new PassThrough()
  here.kubelet.handlers.logs = async ({ target, query }, output) => {
    expect(target).toEqual({ namespace: here.namespace, pod: 'shop', container: 'main' })
    expect(query.get('follow')).toBe('true')
    output.write('first\n')
    for await (const chunk of more) output.write(chunk)
  }
  const { stream, written } = collector()
  await new Log(admin).log(here.namespace, 'shop', 'main', stream, { follow: true })
  await vi.waitFor(() => expect(written()).toBe('first\n'))
  more.end('second\n')
  await once(stream, 'finish')
  expect(written()).toBe('first\nsecond\n')
})

it('tells the kubelet when a follower of a log has gone', async () => {
  const gone = vi.fn<() => void>()
  here.kubelet.handlers.logs = async ({ signal }, output) => {
    output.write('first\n')
    await once(signal, 'abort')
    output.write('nobody reads this\n')
    gone()
  }
  const { stream, written } = collector()
  const follower = await new Log(admin).log(here.namespace, 'shop', 'main', stream, { follow: true })
  await vi.waitFor(() => expect(written()).toBe('first\n'))
  follower.abort()
  await vi.waitFor(() => expect(gone).toHaveBeenCalled())
})

it('runs a command with stdin and tells its exit code', async () => {
  here.kubelet.handlers.exec = async ({ command, tty, stdin, stdout, stderr }) => {
    expect({ command, tty }).toEqual({ command: ['sh', '-c', 'count'], tty: false })
    stderr.write('counting\n')
    stdout.write(`${String((await text(stdin)).length)} bytes\n`)
    return 3
  }
  const [stdout, stderr] = [collector(), collector()]
  const stdin = new PassThrough()
  const status = new Promise<V1Status>((resolve, reject) => {
    new Exec(admin)
      .exec(here.namespace, 'shop', 'main', ['sh', '-c', 'count'], stdout.stream, stderr.stream, stdin, false, resolve)
      .catch(reject)
  })
  stdin.end('one two three')
  const { reason, details } = await status
  expect(reason).toBe('NonZeroExitCode')
  expect(details?.causes).toEqual([{ reason: 'ExitCode', message: '3' }])
  expect(stdout.written()).toBe('13 bytes\n')
  expect(stderr.written()).toBe('counting\n')
})

it('carries twenty megabytes of output whole', async () => {
  const line = `${'x'.repeat(1023)}\n`
  here.kubelet.handlers.exec = async ({ stdout }) => {
    for (let count = 0; count < 20; count += 1) stdout.write(line.repeat(1024))
    return 0
  }
  let bytes = 0
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done()
    },
  })
  const { status } = await new Promise<V1Status>((resolve, reject) => {
    new Exec(admin).exec(here.namespace, 'shop', 'main', 'cat', stdout, null, null, false, resolve).catch(reject)
  })
  expect(status).toBe('Success')
  expect(bytes).toBe(20 * 1024 * 1024)
})

it('tells the kubelet when whoever runs a command has gone', async () => {
  const gone = vi.fn<() => void>()
  here.kubelet.handlers.exec = async ({ signal, stdin, stdout }) => {
    stdout.write('first\n')
    await once(signal, 'abort')
    expect(await text(stdin)).toBe('')
    stdout.write('nobody reads this\n')
    gone()
    return 0
  }
  const { stream, written } = collector()
  const stdin = new PassThrough()
  const socket = await new Exec(admin).exec(here.namespace, 'shop', 'main', 'top', stream, null, stdin, true)
  await vi.waitFor(() => expect(written()).toBe('first\n'))
  socket.close()
  await vi.waitFor(() => expect(gone).toHaveBeenCalled())
})

it('attaches', async () => {
  here.kubelet.handlers.attach = async ({ stdout }) => {
    stdout.write('attached\n')
    return 0
  }
  const { stream, written } = collector()
  const socket = await new Attach(admin).attach(here.namespace, 'shop', 'main', stream, null, null, false)
  await once(socket, 'close')
  expect(written()).toBe('attached\n')
})

it('forwards a port', async () => {
  here.kubelet.handlers.portForward = ({ target, port, stream }) => {
    expect(target).toEqual({ namespace: here.namespace, pod: 'shop' })
    stream.on('data', (chunk: Buffer) => stream.write(`${String(port)} heard ${chunk.toString()}`))
  }
  const { stream, written } = collector()
  const input = new PassThrough()
  const socket = await new PortForward(admin).portForward(here.namespace, 'shop', [8080], stream, null, input)
  input.write('hello')
  await vi.waitFor(() => expect(written()).toBe('8080 heard hello'))
  if (typeof socket === 'function') throw new Error('a socket that does not reconnect')
  socket.close()
})

it('answers pretty requests', async () => {
  const { items } = await core.listNamespacedPod({ namespace: here.namespace, pretty: 'true' })
  expect(items).toHaveLength(1)
})

it('knows further users, who may do nothing until they are let', async () => {
  const user = await createUser(here.cluster, 'anna+x', ['dev/shop'])
  const config = plainConfig(here.cluster, user)
  const pods = (): Promise<unknown> => config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: here.namespace })
  await expect(pods()).rejects.toMatchObject({ code: 403 })
  await allow(here.cluster, 'anna+x', { verbs: ['list'], resources: ['pods'] })
  await expect(pods()).resolves.toBeDefined()
  const [event] = await auditEvents(here.cluster, ({ user: { username } }) => username === 'anna+x')
  expect(event?.user.groups).toEqual(['dev/shop', 'system:authenticated'])
})

it('knows service accounts and the tokens of the administrator', async () => {
  const account = await createServiceAccountToken(here.cluster, here.namespace, 'agent')
  const reviewer = plainConfig(here.cluster, { token: account }).makeApiClient(AuthorizationV1Api)
  const spec = { resourceAttributes: { resource: 'pods', verb: 'list' } }
  await expect(reviewer.createSelfSubjectAccessReview({ body: { spec } })).resolves.toMatchObject({
    status: { allowed: false },
  })
  const administrator = plainConfig(here.cluster, { token: here.cluster.adminToken }).makeApiClient(AuthorizationV1Api)
  await expect(administrator.createSelfSubjectAccessReview({ body: { spec } })).resolves.toMatchObject({
    status: { allowed: true },
  })
})

it('writes what it made of every request', async () => {
  await expect(core.readNamespacedSecret({ namespace: here.namespace, name: 'sought' })).rejects.toThrow('404')
  const mine = await auditEvents(here.cluster, ({ objectRef }) => objectRef?.name === 'sought')
  expect(mine[0]).toMatchObject({
    level: 'Metadata',
    verb: 'get',
    objectRef: { resource: 'secrets', namespace: here.namespace, name: 'sought', apiVersion: 'v1' },
    user: { username: 'admin' },
  })
})

it('reaches the kubelet with a certificate, and nobody does without', async () => {
  const { status } = await core.readNode({ name: here.kubelet.name })
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port
  const url = `https://127.0.0.1:${String(port)}/healthz`
  const healthOf = async (identity: object): Promise<string> => {
    const asked = request(url, { ca: here.cluster.ca, agent: false, ...identity }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    return text(response)
  }
  const { certificate, key } = here.cluster.admin
  await expect(healthOf({ cert: certificate, key })).resolves.toBe('ok')
  const before = here.kubelet.requests.length
  await expect(healthOf({})).rejects.toThrow()
  await expect(callApi(here.cluster, 'GET', `/api/v1/nodes/${here.kubelet.name}/proxy/healthz`)).resolves.toBe('ok')
  expect(here.kubelet.requests.slice(before)).toEqual(['GET /healthz'])
})

it('refuses what no handler plays', async () => {
  const { stream } = collector()
  await expect(new Log(admin).log(here.namespace, 'shop', 'main', stream)).rejects.toMatchObject({ code: 404 })
  await expect(
    new Exec(admin).exec(here.namespace, 'shop', 'main', 'id', stream, null, null, false),
  ).rejects.toBeDefined()
  expect(here.kubelet.requests.slice(-2)).toEqual([
    `GET /containerLogs/${here.namespace}/shop/main`,
    expect.stringContaining(`GET /exec/${here.namespace}/shop/main?command=id`),
  ])
})

it('is driven by its own kubectl', async () => {
  const { cluster, namespace } = here
  here.kubelet.handlers.logs = async (_call, output) => void output.write('logged\n')
  const kubectl = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(cluster.kubectl, [
      `--server=${cluster.url}`,
      `--certificate-authority=${cluster.authority.certificateFile}`,
      `--client-certificate=${cluster.admin.certificateFile}`,
      `--client-key=${cluster.admin.keyFile}`,
      '--kubeconfig=/dev/null',
      `--namespace=${namespace}`,
      ...words,
    ])
    return stdout
  }
  await expect(kubectl('get', 'pods', '--output=name')).resolves.toBe('pod/shop\n')
  await expect(kubectl('logs', 'shop')).resolves.toBe('logged\n')
})
