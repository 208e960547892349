import type { Effect } from '@bothkeys/core/adapter'
import { Analyst, readBuiltins, readCatalog, readSessionState } from './analyst.js'
import type { Entry } from './entry.js'
import type { World } from './fixture/worlds.js'
import type { Lab } from './lab.js'
import { type Fact, type Facts, factsOf, reach } from './observe/facts.js'
import type { Observation } from './observe/observation.js'
import type { Edge } from './observe/structure.js'
import { type Families, judge, nameOf, type Verdict } from './verdict.js'

/** One entry, run and judged. */
export interface Trial {
  readonly entry: Entry
  readonly effects: readonly Effect[]
  readonly missing: readonly string[]
  readonly verdict: Verdict
  /** Facts of the run in which the functions that the analyzer named did nothing. */
  readonly facts: readonly Fact[]
  /** What those functions do: facts of the other run only. */
  readonly hidden: readonly Fact[]
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
    const live = await this.#lab.run(entry, {
      inspect: async (session, text, fill) => {
        const analyst = new Analyst(await this.#catalog(entry, session), await readSessionState(session))
        for (const earlier of [...(entry.setup ?? []), ...(entry.opening ?? [])]) await analyst.note(fill(earlier))
        ;({ effects, missing } = await analyst.effectsOf(text))
      },
    })
    const named = effects.filter(isUserFunction).map(({ resource }) => nameOf(resource))
    const quiet = named.flatMap((name) => partsOf(name, live.graph)).map((name) => name.split('.').at(-1) ?? '')
    const calm = quiet.length === 0 ? live : await this.#lab.run(entry, { quiet })
    const facts = factsOf(calm)
    return {
      entry,
      effects,
      missing,
      verdict: judge(effects, facts, familiesOf(calm)),
      facts: facts.list,
      hidden: calm === live ? [] : onlyIn(factsOf(live), facts),
      error: live.error ?? calm.error,
    }
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

function onlyIn(facts: Facts, others: Facts): readonly Fact[] {
  return facts.list.filter(({ kind, on }) => !others.list.some((other) => other.kind === kind && other.on === on))
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
