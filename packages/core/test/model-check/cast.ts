import type { DirectoryRecord } from '../../src/identity/directory.js'
import type { PrincipalFacts } from '../../src/identity/make-principal.js'
import type { Principal } from '../../src/model/principal.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { agent, human, people, startMs } from '../duties/support.js'
import { World } from './world.js'

/** Somebody who plays a part, and what the directory says of them. */
interface Part {
  readonly principal: Principal
  readonly record: DirectoryRecord
}

/** Guards, one after the other, each for many sequences. */
export class Stage {
  readonly #policy: PolicyInput
  #world: World | undefined
  readonly #perWorld: number
  #played = 0

  /** `perWorld`: how many sequences one guard plays. What they revoked stays revoked. */
  constructor(policy: PolicyInput, perWorld = 200) {
    this.#policy = policy
    this.#perWorld = perWorld
  }

  /** A guard under the first policy, and accounts that no sequence before knew. */
  async next(): Promise<Cast> {
    if (this.#played === this.#perWorld) await this.renew()
    this.#world ??= await World.open(this.#policy)
    if (this.#world.policy !== this.#policy) await this.#world.setPolicy(this.#policy)
    this.#world.forget()
    return new Cast(this.#world, String(++this.#played))
  }

  /** Whatever a sequence did to everybody must not reach the next one. */
  async renew(): Promise<void> {
    await this.#world?.close()
    this.#world = undefined
    this.#played = 0
  }
}

const farMs = startMs + 1e12

/** The accounts of one sequence: each name is somebody else in the next one. */
export class Cast {
  readonly world: World
  readonly #suffix: string
  readonly #parts = new Map<string, Part>()

  constructor(world: World, suffix: string) {
    this.world = world
    this.#suffix = suffix
    const { clock } = world
    if (clock.wallMs() < startMs) clock.setWall(startMs + clock.monotonicMs())
  }

  id(name: string): string {
    return `${name}.${this.#suffix}`
  }

  /** An agent that the directory knows, in a run of its own unless told otherwise. */
  agent(name: string, owner: string, roles: readonly string[], facts: Partial<PrincipalFacts> = {}): Principal {
    const { agentClass = 'etl' } = facts
    const principal = agent({
      ownedBy: this.id(owner),
      runRoot: this.id(`run-of-${name}`),
      roles,
      agentClass,
      expiresAtMs: farMs,
      ...facts,
      id: this.id(name),
    })
    const owners = [{ issuer: people, id: this.id(owner) }]
    return this.#add(name, { principal, record: { kind: 'agent', owners, agentClass, roles, disabled: false } })
  }

  /** Somebody whom the directory knows, by an account of their own or `names`, the accounts of one person. */
  human(
    name: string,
    roles: readonly string[],
    facts: Partial<PrincipalFacts> = {},
    names: readonly string[] = [name],
  ): Principal {
    const principal = human(this.id(name), roles, { expiresAtMs: farMs, ...facts })
    const accounts = names.map((each) => ({ issuer: people, id: this.id(each) }))
    const person = this.id(names[0]!)
    return this.#add(name, { principal, record: { kind: 'human', person, accounts, roles, disabled: false } })
  }

  of(name: string): Principal {
    return this.#parts.get(name)!.principal
  }

  /** From now on the directory says something else. */
  change(name: string, change: Partial<DirectoryRecord>): void {
    this.world.people.set(this.id(name), { ...this.#parts.get(name)!.record, ...change })
  }

  async revoke(name: string): Promise<void> {
    await this.world.guard.revoke({ kind: 'person', issuer: people, id: this.id(name) }, { reason: 'told to' })
  }

  #add(name: string, part: Part): Principal {
    this.#parts.set(name, part)
    this.world.people.set(this.id(name), part.record)
    return part.principal
  }
}
