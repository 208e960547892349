import { BothKeysError } from '@bothkeys/core/adapter'

/** One side sent what the protocol does not have. The message holds nothing of it. */
export class BrokenStream extends BothKeysError {
  constructor(why: string) {
    super('ERR_STATEMENT_INVALID', `the connection was cut: ${why}`, {
      hint: 'send what v4.channel.k8s.io or v5.channel.k8s.io has',
    })
  }
}
