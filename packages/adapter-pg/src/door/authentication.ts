import type { MaybePromise } from '@bothkeys/core/adapter'
import type { Admitted } from './admitted.js'
import type { Frame } from './frames.js'
import type { DoorRefusal } from './refusal-response.js'

/** A way to make the client prove who it is before anything else happens. Only doors on loopback need one. */
export interface Authentication {
  /** What a message of it may have in bytes, its header included. */
  readonly maxMessageBytes: number
  /** The first message to the client, which opened with these parameters. */
  begin(parameters: ReadonlyMap<string, string>): Buffer
  /**
   * Handles one typed message. Never throws or rejects: what is wrong or malformed is refused. `gone` is aborted when the
   * answer is of no use any more; a client that is accepted all the same is released.
   */
  step(frame: Frame, gone: AbortSignal): MaybePromise<AuthenticationStep>
}

/** What comes of one message of an authentication: a next round, a client that is known now, or the end. */
export type AuthenticationStep =
  | { readonly kind: 'continue'; readonly reply: Buffer }
  | {
      readonly kind: 'accepted'
      readonly reply: Buffer
      readonly admitted: Admitted
      /** Whose connections are counted together; undefined where all of them are of the same account. */
      readonly account?: string
    }
  | { readonly kind: 'refused'; readonly refusal: DoorRefusal }
