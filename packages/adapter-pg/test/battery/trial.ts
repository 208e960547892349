import type { Effect } from '@bothkeys/core/adapter'
import { Analyst, readBuiltins, readCatalog, readSessionState } from './analyst.js'
import type { Entry } from './entry.js'
import type { World } from './fixture/worlds.js'
import type { Lab } from './lab.js'
import { type Fact, factsOf, reach } from './observe/facts.js'
import type { Observation } from './observe/observation.js'
import type { Edge } from './observe/structure.js'
import { type Families, judge, nameOf, type Verdict } from './verdict.js'

/** One entry, run and judged. */
export interface Trial {
  readonly entry: Entry
  readonly effects: readonly Effect[]
  readonly missing: readonly string[]
  readonly verdict: Verdict
  /** What was observed while the functions that the analyzer named did nothing. */
  readonly facts: readonly Fact[]
  /** Why the server refused the statement: then the entry proves nothing. */
  readonly error: string | undefined
}

/** Runs entries on one server and puts the analyzer's answers beside what happened. */
export class Trials {
  readonly #lab: Lab
  readonly #catalogs = new Map<World, ReturnType<typeof readCatalog>>()
  #builtins: ReturnType<typeof readBuiltins> | undefined

  constructor(lab: Lab) {
    this.#lab = lab
  }

  async run(entry: Entry): Promise<Trial> {
    const first = await this.#runOnce(entry)
    // Other processes of the server write to the log now and then: once is chance.
    return first.verdict.unclaimed.some(({ kind }) => kind === 'log') ? this.#runOnce(entry) : first
  }

  async #runOnce(entry: Entry): Promise<Trial> {
    let effects: readonly Effect[] = []
    let missing: readonly string[] = []
    const observation = await this.#lab.run(entry, async ({ session, text, fill, structure }) => {
      const analyst = new Analyst(await this.#catalog(entry, session), await readSessionState(session))
      for (const earlier of [...(entry.setup ?? []), ...(entry.opening ?? [])]) await analyst.note(fill(earlier))
      ;({ effects, missing } = await analyst.effectsOf(text))
      const named = effects.filter(isUserFunction).map(({ resource }) => nameOf(resource))
      return named.flatMap((name) => partsOf(name, structure.graph)).map((name) => name.split('.').at(-1) ?? '')
    })
    const facts = factsOf(observation)
    const verdict = judge(effects, facts, familiesOf(observation))
    return { entry, effects, missing, verdict, facts: facts.list, error: observation.error }
  }

  /** The catalog of a world is read once; one that the set-up changed, in the session itself. */
  async #catalog(entry: Entry, session: Parameters<typeof readCatalog>[0]): ReturnType<typeof readCatalog> {
    this.#builtins ??= this.#lab.withCopy(entry.world, readBuiltins)
    const builtins = await this.#builtins
    if (entry.setup !== undefined) return readCatalog(session, builtins)
    const known =
      this.#catalogs.get(entry.world) ?? this.#lab.withCopy(entry.world, (copy) => readCatalog(copy, builtins))
    this.#catalogs.set(entry.world, known)
    return known
  }
}

function isUserFunction({ duty, attributes }: Effect): boolean {
  return duty === 'execute' && attributes['userDefined'] === true
}

/** What runs when a function runs: itself, or what an aggregate is made of. */
function partsOf(name: string, graph: readonly Edge[]): readonly string[] {
  const parts = graph.filter(({ kind, from }) => kind === 'aggregate' && from === name).map(({ to }) => to)
  return parts.length > 0 ? parts : [name]
}

function familiesOf({ graph, foreignCode }: Observation): Families {
  return {
    of: (relation) => {
      const shown = behind(relation, graph)
      return reach(shown, graph, ({ kind }) => kind === 'inherits')
    },
    parts: (routine) => partsOf(routine, graph),
    isForeignCode: (routine) => foreignCode.has(routine),
    owner: (sequence) => graph.find(({ kind, from }) => kind === 'owned-sequence' && from === sequence)?.to,
  }
}

/** A view with all that it shows. */
function behind(relation: string, graph: readonly Edge[]): ReadonlySet<string> {
  const shown = new Set([relation])
  for (const view of shown) {
    for (const { kind, from, to } of graph) if (kind === 'view' && from === view) shown.add(to)
  }
  return shown
}
