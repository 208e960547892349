import assert from 'node:assert/strict'
import type { UnverifiedClaims } from '../identity/verifier.js'
import type { RecordedEvent } from '../record/event.js'
import type { ContractClient } from './contract-harness.js'
import type { ContractStage, StageSession, StageSettings } from './contract-stage.js'

/** The agent that cases act as. */
export const agent: UnverifiedClaims = {
  kind: 'agent',
  subject: 'agent-1',
  roles: ['agent'],
  owners: ['ada'],
  agentClass: 'etl',
}

/** One case on its way: the guard's side, the client's side, and what cases do with both. */
export class Scene<S extends StageSession> {
  readonly client: ContractClient<S>
  readonly #stage: ContractStage<S>

  constructor(stage: ContractStage<S>, client: ContractClient<S>) {
    this.#stage = stage
    this.client = client
  }

  session(claims: UnverifiedClaims = agent): Promise<S> {
    return this.#stage.session(claims)
  }

  set(settings: Partial<StageSettings>): Promise<void> {
    return this.#stage.set(settings)
  }

  asked(): Promise<number> {
    return this.#stage.asked()
  }

  events(): Promise<readonly RecordedEvent[]> {
    return this.#stage.events()
  }

  serialisable(): Promise<readonly string[]> {
    return this.#stage.serialisable()
  }

  /** The types of the events of one session, in order. */
  async types(session: S): Promise<readonly string[]> {
    const events = await this.#stage.events()
    return events.filter((event) => event.session === session.id).map((event) => event.type)
  }

  /** Reads up to so many times, by one session after another of the same agent, until that is refused: with what code. */
  async readsUntilRefused(most: number): Promise<{ readonly read: number; readonly code: string | undefined }> {
    for (let read = 0; read < most; read++) {
      const session = await this.session()
      try {
        await this.client.read(session)
      } catch (error) {
        return { read, code: this.client.codeOf(error) }
      } finally {
        await session.close()
      }
    }
    return { read: most, code: undefined }
  }

  /** The code with which an attempt is refused. */
  async refused(attempt: Promise<unknown>): Promise<string | undefined> {
    try {
      await attempt
    } catch (error) {
      return this.client.codeOf(error)
    }
    return assert.fail('the action ran')
  }

  /** Waits until the approver was asked, 30 seconds at most. */
  async untilAsked(): Promise<void> {
    for (let turn = 0; turn < 3_000; turn++) {
      if ((await this.asked()) > 0) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.fail('nobody was asked within 30 seconds')
  }

  async close(): Promise<void> {
    await this.#stage.close()
    await this.client.close()
  }
}
