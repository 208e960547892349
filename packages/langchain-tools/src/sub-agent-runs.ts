import type { Session } from '@bothkeys/core'
import { isGraphInterrupt, isInterrupted } from '@langchain/langgraph'
import { actAs } from './acting-session.js'

/** An agent, and the session that it acts for. */
export interface Begun<Agent> {
  readonly session: Session
  readonly agent: Agent
}

interface Run<Agent> {
  readonly begun: Promise<Begun<Agent>>
  /** Known once it has begun. */
  session: Session | undefined
  /** How often it goes on at the moment: a conversation may be resumed twice at once. */
  steps: number
}

/** The runs of one sub-agent, each with a session of its own that is closed when the run is over. One that was interrupted is not. */
export class SubAgentRuns<Agent> {
  readonly #begin: () => Promise<Begun<Agent>>
  readonly #runs = new Map<string, Run<Agent>>()

  constructor(begin: () => Promise<Begun<Agent>>) {
    this.#begin = begin
  }

  /** Begins a run, or goes on with the one of this task that was interrupted. Nobody can go on with a run of no task. */
  async run<Answer>(task: string | undefined, work: (agent: Agent) => Promise<Answer>): Promise<Answer> {
    const run = this.#runOf(task)
    run.steps++
    let isOver = true
    try {
      const { agent, session } = await run.begun
      const answer = await actAs(session, () => work(agent))
      isOver = !isInterrupted(answer)
      return answer
    } catch (error) {
      isOver = !isGraphInterrupt(error)
      throw error
    } finally {
      run.steps--
      if (task === undefined || (isOver && run.steps === 0)) await this.#end(task, run)
    }
  }

  #runOf(task: string | undefined): Run<Agent> {
    for (const [key, { session }] of this.#runs) if (session?.closed === true) this.#runs.delete(key)
    const known = task === undefined ? undefined : this.#runs.get(task)
    if (known !== undefined) return known
    const run: Run<Agent> = { begun: this.#begin(), session: undefined, steps: 0 }
    run.begun.then(
      ({ session }) => {
        run.session = session
      },
      () => undefined,
    )
    if (task !== undefined) this.#runs.set(task, run)
    return run
  }

  async #end(task: string | undefined, run: Run<Agent>): Promise<void> {
    if (task !== undefined && this.#runs.get(task) === run) this.#runs.delete(task)
    await run.session?.close()
  }
}
