import type { IncomingMessage } from 'node:http'
import { BothKeysError } from '@bothkeys/core/adapter'
import { unlessAborted } from '../door/unless-aborted.js'
import type { Upstream } from '../door/upstream.js'
import type { ClusterCheck, ClusterFinding } from './cluster-finding.js'
import { surroundings, waysAround } from './ways-around.js'

/** How long the API server may take for one of the questions. */
const questionTimeoutMs = 10_000

/** The most of an answer that is read. */
const mostCharacters = 64 * 1024

/** Everything, as the API server asks it. */
const everything = [{ verb: '*', group: '*', resource: '*' }]

/** Who somebody may act for, as the API server asks it (`kubectl auth can-i impersonate …`). */
const others = [
  { verb: 'impersonate', resource: 'users' },
  { verb: 'impersonate', resource: 'groups' },
  // Also where only those of the system are given away, which may do the most.
  { verb: 'impersonate', resource: 'serviceaccounts', namespace: 'kube-system' },
  { verb: 'impersonate', group: 'authentication.k8s.io', resource: 'uids' },
  { verb: 'impersonate', group: 'authentication.k8s.io', resource: 'userextras', subresource: 'scopes' },
] as const

/**
 * Asks the API server, by the operator's login, what that may do, and looks at this process. Nothing is changed. Rejects with
 * ERR_INTERNAL when the API server does not answer, and with the reason of the signal.
 */
export async function checkCluster(upstream: Upstream, signal: AbortSignal): Promise<ClusterCheck> {
  const ask = <Asked extends object>(asked: readonly Asked[]): Promise<readonly Asked[]> =>
    allowed(upstream, asked, signal)
  const findings: ClusterFinding[] = []
  if ((await ask(everything)).length > 0) {
    findings.push({
      id: 'cluster-admin',
      message: 'the login of the door may do everything in the cluster',
      hint: 'give the door a service account of its own with what agents need; beside it, agents get no role at all',
      refuses: false,
    })
  }
  const actsFor = await ask(others)
  if (actsFor.length > 0) {
    findings.push({
      id: 'may-impersonate',
      message: `the login of the door may act for others: ${actsFor.map(({ resource }) => resource).join(', ')}`,
      hint: 'take the verb impersonate from its roles: the door never asks for it',
      refuses: false,
    })
  }
  return { server: upstream.server, findings: [...findings, ...waysAround(surroundings())] }
}

async function allowed<Asked extends object>(
  upstream: Upstream,
  asked: readonly Asked[],
  signal: AbortSignal,
): Promise<readonly Asked[]> {
  const granted: Asked[] = []
  for (const each of asked) {
    // oxlint-disable-next-line no-await-in-loop -- One connection is enough.
    if (await may(upstream, each, signal)) granted.push(each)
  }
  return granted
}

async function may(upstream: Upstream, asked: object, signal: AbortSignal): Promise<boolean> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(questionTimeoutMs)])
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: asked },
  }
  try {
    const send = await unlessAborted(until, () => upstream.prepare())
    const answer = await send({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-type': 'application/json',
        'user-agent': 'bothkeys/doctor',
      },
      body: Buffer.from(JSON.stringify(review)),
      signal: until,
    })
    const { status } = JSON.parse(await textOf(answer)) as { readonly status?: { readonly allowed?: unknown } }
    if (answer.statusCode !== 201 || typeof status?.allowed !== 'boolean') throw new Error('it does not say')
    return status.allowed
  } catch (cause) {
    signal.throwIfAborted()
    throw new BothKeysError('ERR_INTERNAL', 'the API server did not say what the login of the door may do', {
      hint: 'look whether it is reachable, and whether the login of the door is right',
      cause,
    })
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8')
    if (text.length > mostCharacters) throw new Error('the answer has no end')
  }
  return text
}
