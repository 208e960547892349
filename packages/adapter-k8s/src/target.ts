import { setMaxListeners } from 'node:events'
import { inspect } from 'node:util'
import type { KubeConfig } from '@kubernetes/client-node'
import type { GuardedTarget, Session, SessionAccess } from '@bothkeys/core/adapter'
import { BothKeysError, sessionAccess } from '@bothkeys/core/adapter'
import { checkCluster } from './doctor/check-cluster.js'
import type { ClusterCheck } from './doctor/cluster-finding.js'
import { surroundings, waysAround } from './doctor/ways-around.js'
import { callDoor } from './door/call-door.js'
import type { ClusterCall } from './door/cluster-call.js'
import { exchange, exchangeHanded, type ExchangeContext } from './door/exchange.js'
import { GovernedKubeConfig } from './door/governed-config.js'
import { governedServer } from './door/governed-server.js'
import { type Handlers, MemoryDoor } from './door/memory-door.js'
import { upgrade } from './door/upgrade.js'
import { Upstream } from './door/upstream.js'
import { Evidence } from './evidence/evidence.js'
import { ToldUpgrades } from './door/told-upgrades.js'
import { Waiting } from './door/waiting.js'
import { type LoopbackDoor, openLoopback } from './loopback/loopback-door.js'
import type { LoopbackOptions } from './loopback/loopback-options.js'
import type { OpenRecording } from './recordings/recording.js'

/** What the door knows of a cluster beside how to reach it. */
export interface KubernetesOptions {
  /** API groups of the cluster's own, as `example.com`. Requests to groups that nobody lists are not understood. */
  readonly groups?: readonly string[]
  /** The namespace of clients that name none. */
  readonly namespace?: string
  /** Where exec and attach are recorded, as `fileRecordings` says. Not given: nowhere. What cannot be recorded is not run. */
  readonly recordings?: OpenRecording
  /** How many bytes a recording may have, 256 MiB by default. What would make it larger is not shown, and the connection is cut. */
  readonly mostRecordedBytes?: number
}

/** A cluster behind a door. The credential stays in here. */
export interface KubernetesTarget extends GuardedTarget {
  /**
   * A KubeConfig for one session, without a credential: every client and helper of client-node works with it, for as long as the session
   * lasts. With a `call`, it is for that call alone: it hears when people are asked about a request of it, and takes back what waits.
   * Throws ERR_SESSION_CLOSED when the session ended or the target is closed, ERR_TARGET_UNKNOWN when the session is of another guard.
   *
   * @example
   * const pods = await cluster.config(session).makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'shop' })
   */
  config(session: Session, call?: ClusterCall): KubeConfig

  /**
   * Opens the door of one session for programs that speak to Kubernetes, as `kubectl`: on 127.0.0.1, with TLS. Throws
   * ERR_CONFIG_INVALID on bad options or an address that cannot be had, ERR_SESSION_CLOSED when the session ended.
   */
  listen(session: Session, options?: LoopbackOptions): Promise<LoopbackDoor>

  /**
   * What the login of the door may do that it should not, and what this process can reach around the door. Rejects with ERR_INTERNAL
   * when the API server does not answer, and with ERR_SESSION_CLOSED when the target is closed.
   */
  doctor(): Promise<ClusterCheck>
}

/**
 * A cluster that is only reachable through its door. `config` is what reaches it: its current context is the only one that is used.
 * Throws ERR_CONFIG_INVALID on a bad configuration.
 *
 * @example
 * const cluster = kubernetes('prod', kubeConfig)
 * const guard = await createGuard({ targets: [cluster], ...rest })
 * const pods = cluster.config(session).makeApiClient(CoreV1Api)
 */
export function kubernetes(name: string, config: KubeConfig, options: KubernetesOptions = {}): KubernetesTarget {
  return new Kubernetes(name, config, options)
}

const optionNames: ReadonlySet<string> = new Set(['groups', 'mostRecordedBytes', 'namespace', 'recordings'])

class Kubernetes implements KubernetesTarget {
  readonly kind = 'kubernetes'
  readonly name: string
  readonly #upstream: Upstream
  readonly #groups: ReadonlySet<string>
  readonly #evidence: Evidence
  readonly #namespace: string | undefined
  readonly #recordings: OpenRecording | undefined
  readonly #mostRecordedBytes: number | undefined
  /** By session: however many configurations it takes, it has one. */
  readonly #doors = new Map<string, MemoryDoor>()
  /** What waits of a session, whichever of its doors it came through. It goes with the session. */
  readonly #waiting = new WeakMap<Session, Waiting>()
  readonly #loopbacks = new Set<LoopbackDoor>()
  readonly #closing = new AbortController()
  #isLookedAt = false

  constructor(name: string, config: KubeConfig, options: KubernetesOptions) {
    if (!/^[A-Za-z][\w-]{0,62}$/.test(name)) {
      throw new BothKeysError('ERR_CONFIG_INVALID', 'a target name is a letter followed by letters, digits, - or _', {
        hint: 'use the name that the policy file uses',
      })
    }
    const unknown = Object.keys(options).find((key) => !optionNames.has(key))
    if (unknown !== undefined) {
      throw new BothKeysError('ERR_CONFIG_INVALID', `kubernetes() has no option ${unknown}`, {
        hint: 'the options are groups, mostRecordedBytes, namespace and recordings',
      })
    }
    const { mostRecordedBytes } = options
    if (mostRecordedBytes !== undefined && !(Number.isSafeInteger(mostRecordedBytes) && mostRecordedBytes > 0)) {
      throw new BothKeysError('ERR_CONFIG_INVALID', 'mostRecordedBytes is no whole number of bytes from 1 on', {
        hint: 'leave it out for 256 MiB',
      })
    }
    this.name = name
    this.#upstream = new Upstream(config)
    this.#groups = new Set(options.groups)
    this.#evidence = new Evidence(this.#upstream, this.#groups)
    this.#namespace = options.namespace
    this.#recordings = options.recordings
    this.#mostRecordedBytes = mostRecordedBytes
    // Everything that is under way listens.
    setMaxListeners(0, this.#closing.signal)
  }

  config(session: Session, call?: ClusterCall): KubeConfig {
    const access = sessionAccess(session, this)
    this.#closing.signal.throwIfAborted()
    if (call !== undefined) return new GovernedKubeConfig(this.#openFor(session, access, call).ways, this.#namespace)
    const door = this.#doors.get(access.sessionId) ?? this.#open(session, access)
    return new GovernedKubeConfig(door.ways, this.#namespace)
  }

  async listen(session: Session, options: LoopbackOptions = {}): Promise<LoopbackDoor> {
    const access = sessionAccess(session, this)
    this.#closing.signal.throwIfAborted()
    const door = await openLoopback({
      target: this.name,
      namespace: this.#namespace,
      options,
      signal: access.signal,
      handlers: (host) => this.#handlers(session, access, host),
    })
    this.#loopbacks.add(door)
    void door.closed.then(() => this.#loopbacks.delete(door))
    if (this.#closing.signal.aborted) await door.close()
    return door
  }

  doctor(): Promise<ClusterCheck> {
    return checkCluster(this.#upstream, this.#closing.signal)
  }

  /** The first session has it on record when its process can go around the door. */
  #warn(access: SessionAccess): void {
    if (this.#isLookedAt) return
    this.#isLookedAt = true
    const around = [...new Set(waysAround(surroundings()).map(({ id }) => id))]
    if (around.length > 0) access.internal({ target: this.name, reason: 'doctor', findings: around })
  }

  /** What answers the requests of a session, whichever way they come. `host`: what its clients know the door as. */
  #handlers(session: Session, access: SessionAccess, host: string): Handlers {
    const context = this.#context(session, access, host)
    return {
      request: (request, response) => void exchange(context, request, response),
      upgrade: (request, socket, head) => void upgrade(context, { request, socket, head }),
      handed: (request, answer) => void exchangeHanded(context, request, answer),
    }
  }

  #context(session: Session, access: SessionAccess, host: string): ExchangeContext {
    this.#warn(access)
    return {
      access,
      closing: this.#closing.signal,
      upstream: this.#upstream,
      identity: Object.freeze({ server: this.#upstream.server }),
      waiting: this.#waitingOf(session),
      toldUpgrades: new ToldUpgrades(),
      groups: this.#groups,
      evidence: this.#evidence,
      host,
      recordings: this.#recordings,
      mostRecordedBytes: this.#mostRecordedBytes,
    }
  }

  #waitingOf(session: Session): Waiting {
    const waiting = this.#waiting.get(session) ?? new Waiting()
    this.#waiting.set(session, waiting)
    return waiting
  }

  async close(): Promise<void> {
    this.#closing.abort(new BothKeysError('ERR_SESSION_CLOSED', `target ${this.name} is closed`))
    await Promise.all([...this.#doors.values(), ...this.#loopbacks].map((door) => door.close()))
    this.#upstream.close()
  }

  #open(session: Session, access: SessionAccess): MemoryDoor {
    const door = new MemoryDoor(this.#handlers(session, access, new URL(governedServer).host))
    this.#doors.set(access.sessionId, door)
    const end = (): void => {
      this.#doors.delete(access.sessionId)
      void door.close()
    }
    if (access.signal.aborted) end()
    else access.signal.addEventListener('abort', end, { once: true })
    return door
  }

  #openFor(session: Session, access: SessionAccess, call: ClusterCall): MemoryDoor {
    const context = this.#context(session, access, new URL(governedServer).host)
    return callDoor(context, call, [access.signal, this.#closing.signal])
  }

  toJSON(): never {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a target cannot be serialised', { hint: 'store its name at most' })
  }

  [inspect.custom](): string {
    return `KubernetesTarget { ${this.name} }`
  }
}
