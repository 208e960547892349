import type { Agent, RequestOptions } from 'node:https'
import type { ApiConstructor, ApiType, Configuration } from '@kubernetes/client-node'
import { KubeConfig } from '@kubernetes/client-node'
import { BothKeysError } from '@bothkeys/core/adapter'
import { governedServer } from './governed-server.js'
import { handing } from './handing.js'
import type { Ways } from './ways.js'

const name = 'governed'

/** What client-node hands over to be authenticated: of 1.x, with `setAgent`; of 2.x, with `setDispatcher`. */
interface Authenticated {
  setAgent?(agent: unknown): void
  setDispatcher?(dispatcher: unknown): void
}

/**
 * A KubeConfig for one session. It knows one cluster that does not exist, and no credential: whatever is made of it reaches
 * the door, and nothing else. It cannot be given another cluster, user or context.
 */
export class GovernedKubeConfig extends KubeConfig {
  readonly #ways: Ways

  constructor(ways: Ways, namespace: string | undefined) {
    super()
    this.#ways = ways
    // client-node sends nothing over plain HTTP otherwise; there is no TLS within a process.
    const cluster = Object.freeze({ name, server: governedServer, skipTLSVerify: true })
    const context = Object.freeze({ name, cluster: name, user: name, ...(namespace !== undefined && { namespace }) })
    this.clusters = Object.freeze([cluster]) as never
    this.users = Object.freeze([Object.freeze({ name })]) as never
    this.contexts = Object.freeze([context]) as never
    this.currentContext = name
  }

  override applySecurityAuthentication(context: Authenticated): Promise<void> {
    if (context.setDispatcher === undefined) context.setAgent?.(this.#ways.agent)
    else context.setDispatcher(this.#ways.dispatcher)
    return Promise.resolve()
  }

  /** What client-node 1.x gives to `fetch` comes from here as well. */
  override applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    options.agent = this.#ways.agent as unknown as Agent
    return Promise.resolve()
  }

  override makeApiClient<Api extends ApiType>(api: ApiConstructor<Api>): Api {
    const { configuration } = super.makeApiClient(Configured)
    return new api({ ...configuration, httpApi: handing(configuration.httpApi, this.#ways) })
  }

  override loadFromFile(): never {
    throw fixed()
  }

  override loadFromString(): never {
    throw fixed()
  }

  override loadFromOptions(): never {
    throw fixed()
  }

  override loadFromClusterAndUser(): never {
    throw fixed()
  }

  override loadFromCluster(): never {
    throw fixed()
  }

  override loadFromDefault(): never {
    throw fixed()
  }

  override mergeConfig(): never {
    throw fixed()
  }

  override setCurrentContext(): never {
    throw fixed()
  }

  override addCluster(): never {
    throw fixed()
  }

  override addUser(): never {
    throw fixed()
  }

  override addContext(): never {
    throw fixed()
  }

  override addAuthenticator(): never {
    throw fixed()
  }
}

/** Keeps what client-node makes for a client. */
class Configured implements ApiType {
  readonly configuration: Configuration

  constructor(configuration: Configuration) {
    this.configuration = configuration
  }
}

function fixed(): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', 'the configuration of a governed client cannot be changed', {
    hint: 'make a target for the other cluster, and a configuration from that',
  })
}
