import type { GuardedTarget, OnHeld, Session } from '@bothkeys/core/adapter'
import type { z } from 'zod'

/** What whoever calls a tool says of one call. */
export interface CallContext {
  /** Aborted when nobody waits for the answer any more: what waits for people is withdrawn then. */
  readonly signal: AbortSignal
  /** Told once people are asked about something that the call does, and once they allowed it: see `OnHeld`. */
  readonly onHeld?: OnHeld | undefined
}

/** A tool for a model, whatever framework calls it. */
export interface AgentTool<Input = unknown> {
  /** What the model calls it by. */
  readonly name: string
  /** What a model reads before it calls the tool. */
  readonly description: string
  /** What its arguments have to be. The model is told the same as JSON Schema (`argumentsSchema`). */
  readonly schema: z.ZodType<Input>
  /** On whose behalf it acts, whoever calls it. */
  readonly session: Session
  /** What it acts on, one of the guard's targets: calls that are refused before they come to its door are on record there. */
  readonly target: GuardedTarget
  /**
   * Does what the input says and answers a text for the model, masked and no larger than the tool says. Rejects with a
   * BothKeysError when it is refused, and with a ToolFailure when the target could not do it.
   */
  run(input: Input, context: CallContext): Promise<string>
}

/** What a target could not do. Its message may be shown to a model. */
export class ToolFailure extends Error {
  /** Tells it from other errors. */
  override readonly name = 'ToolFailure'
}
