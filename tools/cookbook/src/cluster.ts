import { request as httpRequest, type RequestOptions } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Session } from '@bothkeys/core'
import { BothKeysError, type ErrorCode } from '@bothkeys/core'
import { kubernetes, type KubernetesTarget } from '@bothkeys/k8s'
import { startTinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { TargetFailure } from './refused.js'

/** A cluster with a shop in it, behind a door. */
export interface Cluster {
  readonly target: KubernetesTarget
  stop(): Promise<void>
}

/** Starts it. Its operator made what is in it, past the door. */
export async function startCluster(name: string): Promise<Cluster> {
  const api = await startTinyKubernetes()
  const operator = new KubeConfig()
  operator.loadFromClusterAndUser(
    { name, server: api.url, caData: Buffer.from(api.ca).toString('base64'), skipTLSVerify: false },
    { name: 'operator', token: api.adminToken },
  )
  const core = operator.makeApiClient(CoreV1Api)
  const namespace = 'shop'
  const labels = { app: 'web' }
  const spec = { containers: [{ name: 'web', image: 'registry.example.com/web:1.4.0' }] }
  await core.createNamespace({ body: { metadata: { name: namespace } } })
  await core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'database' }, stringData: { password: 'correct-horse-battery' } },
  })
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'limits' }, data: { carts: '10' } } })
  const running = { ...spec, nodeName: 'node' }
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'web-0', labels }, spec: running } })
  await operator.makeApiClient(AppsV1Api).createNamespacedDeployment({
    namespace,
    body: {
      metadata: { name: 'web' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  })
  return { target: kubernetes(name, operator, { namespace }), stop: () => api.stop() }
}

/** Sends one request, written `GET /path` or `PATCH /path {…}`, as the client of a session does. Answers what came back. */
export async function sendRequest(target: KubernetesTarget, session: Session, does: string): Promise<string> {
  const [, method = '', path = '', body] = /^([A-Z]+) (\S+)(?: (\{.*\}))?$/.exec(does) ?? []
  const options: RequestOptions = {}
  const config = target.config(session)
  await config.applyToHTTPSOptions(options)
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const headers = {
    host: new URL(config.getCurrentCluster()?.server ?? '').host,
    accept: 'application/json',
    ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
  }
  return new Promise((resolve, reject) => {
    const sending = httpRequest({ method, path, headers, agent: options.agent as never })
    sending.once('error', reject)
    sending.once('response', (response) => {
      text(response).then((answer) => {
        if ((response.statusCode ?? 0) < 400) resolve(answer)
        else reject(failure(response.headers['bothkeys-refusal'], answer))
      }, reject)
    })
    sending.end(body)
  })
}

function failure(refusal: string | string[] | undefined, answer: string): Error {
  if (typeof refusal !== 'string') return new TargetFailure(answer)
  const { details, message } = JSON.parse(answer) as Status
  const rules = details.causes.flatMap((cause) => (cause.reason === 'Rule' ? [cause.message] : []))
  return new BothKeysError(refusal as ErrorCode, message, { rules })
}

interface Status {
  readonly message: string
  readonly details: { readonly causes: readonly { readonly reason: string; readonly message: string }[] }
}
