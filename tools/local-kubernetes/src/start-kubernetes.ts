import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, type RunningProcess, superviseFolder, type Supervisor } from '@bothkeys/local-postgres/processes'
import { type Assets, findAssets } from './assets.js'
import { type Authority, createAuthority, createKeyPair, issueClient, issueServer } from './authority.js'
import { callApi, type ClusterAccess } from './call-api.js'
import { type ApiServerSetup, apiServerArguments, auditPolicy, etcdArguments } from './server-arguments.js'

/** A control plane that runs. Serialisable. */
export type Cluster = ClusterAccess & {
  /** Of the API server, for example `1.20.2`. */
  readonly version: string
  readonly authority: Authority
  /** A bearer token of the group `system:masters`. */
  readonly adminToken: string
  /** Every request as the server understood it, one `audit.k8s.io/v1` event a line. */
  readonly auditLog: string
  /** Before 1.29 its `exec`, `attach` and `port-forward` speak SPDY, which the kubelet of tests does not. */
  readonly kubectl: string
  /** Of etcd and of the API server. */
  readonly pids: readonly number[]
}

/** A control plane of this process. */
export type LocalKubernetes = {
  readonly cluster: Cluster
  /** Stops what runs and removes everything that it wrote. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts etcd and kube-apiserver in a temporary folder, on free ports of 127.0.0.1, with certificates and a token of their own.
 * They are stopped and the folder removed by `stop()` or when this process ends, however it ends. Throws when
 * `KUBEBUILDER_ASSETS` does not lead to the programs or they do not come up, with the end of the log.
 */
export async function startKubernetes(): Promise<LocalKubernetes> {
  const assets = findAssets()
  const folder = await mkdtemp(join(tmpdir(), 'bothkeys-kube-'))
  await chmod(folder, 0o700)
  const supervisor = superviseFolder(folder)
  try {
    const authority = await createAuthority(folder)
    const admin = await issueClient(authority, 'admin', { name: 'admin', groups: ['system:masters'] })
    const adminToken = randomBytes(18).toString('base64url')
    const etcd = await startEtcd(assets, folder, supervisor)
    const setup = await prepare(folder, authority, etcd.port, adminToken)
    const server = await startApiServer(assets, supervisor, setup, { admin, authority })
    supervisor.release()
    const cluster: Cluster = {
      ...server.access,
      version: assets.version,
      authority,
      adminToken,
      auditLog: setup.auditLog,
      kubectl: assets.kubectl,
      pids: [etcd.pid, server.pid],
    }
    return { cluster, stop: () => supervisor.stop() }
  } catch (error) {
    await supervisor.stop()
    throw error
  }
}

async function prepare(
  folder: string,
  authority: Authority,
  etcdPort: number,
  adminToken: string,
): Promise<Omit<ApiServerSetup, 'port'>> {
  const setup = {
    folder,
    etcdPort,
    authority,
    server: await issueServer(authority, 'kube-apiserver'),
    kubeletClient: await issueClient(authority, 'kubelet-client', { name: 'apiserver', groups: ['system:masters'] }),
    serviceAccountKeys: await createKeyPair(folder, 'service-accounts'),
    tokensFile: join(folder, 'tokens.csv'),
    auditPolicyFile: join(folder, 'audit-policy.json'),
    auditLog: join(folder, 'audit.log'),
  }
  await writeFile(setup.tokensFile, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 })
  await writeFile(setup.auditPolicyFile, auditPolicy)
  return setup
}

async function startEtcd(
  { etcd }: Assets,
  folder: string,
  supervisor: Supervisor,
): Promise<{ port: number; pid: number }> {
  return untilPortsAreFree(async () => {
    const ports = { client: await freePort(), peer: await freePort() }
    const logFile = join(folder, 'etcd.log')
    const running = await start(supervisor, etcd, etcdArguments(folder, ports), logFile)
    const health = `http://127.0.0.1:${String(ports.client)}/health`
    const answers = async (): Promise<boolean> => (await fetch(health)).ok
    return (await isReady(running, answers)) ? { port: ports.client, pid: running.pid } : logFile
  })
}

async function startApiServer(
  { apiServer }: Assets,
  supervisor: Supervisor,
  setup: Omit<ApiServerSetup, 'port'>,
  { admin, authority }: Pick<ClusterAccess, 'admin'> & { readonly authority: Authority },
): Promise<{ access: ClusterAccess; pid: number }> {
  const ca = await readFile(authority.certificateFile, 'utf8')
  return untilPortsAreFree(async () => {
    const port = await freePort()
    const access: ClusterAccess = { url: `https://127.0.0.1:${String(port)}`, ca, admin }
    const logFile = join(setup.folder, 'apiserver.log')
    const running = await start(supervisor, apiServer, apiServerArguments({ ...setup, port }), logFile)
    // What comes with every cluster is there last.
    const answers = async (): Promise<boolean> => {
      await callApi(access, 'GET', '/readyz')
      await callApi(access, 'GET', '/api/v1/namespaces/default')
      return true
    }
    return (await isReady(running, answers)) ? { access, pid: running.pid } : logFile
  })
}

/** Tries again when somebody else took a port in between. An attempt that fails returns the log that says why. */
async function untilPortsAreFree<T extends object>(attempt: () => Promise<T | string>): Promise<T> {
  for (let count = 1; ; count += 1) {
    const result = await attempt()
    if (typeof result !== 'string') return result
    const log = (await readFile(result, 'utf8').catch(() => '(no log)')).split('\n').slice(-30).join('\n')
    if (count === 3 || !log.includes('address already in use')) throw new Error(`${result}:\n${log}`)
  }
}

function start(
  supervisor: Supervisor,
  command: string,
  args: readonly string[],
  logFile: string,
): Promise<RunningProcess> {
  // Nothing of this process's environment: ETCD_… and proxies would change what is started.
  return supervisor.start({ command, args, logFile, options: { env: { PATH: '/usr/bin:/bin', TZ: 'UTC' } } })
}

/** Waits until the program answers; false when it ended or took longer than two minutes. */
async function isReady(running: RunningProcess, answers: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 120_000
  while (Date.now() < deadline) {
    if (await answers().catch(() => false)) return true
    const exitCode = await Promise.race([sleep(50), running.exited])
    if (exitCode !== undefined) return false
  }
  return false
}
