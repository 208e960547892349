import { CrashFileSystem } from '@bothkeys/core/testing'

/** A disk that takes what is written but, while it is stalled, answers no sync: what waits for one waits for ever. */
export class StalledDisk extends CrashFileSystem {
  /** How many syncs wait for the disk. */
  waiting = 0
  #stalled: Promise<void> | undefined
  #goOn: () => void = () => undefined

  /** From here on nothing that is written becomes durable. */
  stall(): void {
    this.#stalled = new Promise((resolve) => {
      this.#goOn = resolve
    })
  }

  /** The machine stops while the disk is stalled: the syncs that wait fail, and so does every other call. */
  stop(): void {
    this.fault = () => ({ kind: 'crash' })
    this.#goOn()
  }

  override async sync(file: number): Promise<void> {
    if (this.#stalled !== undefined) {
      this.waiting++
      await this.#stalled
    }
    await super.sync(file)
  }
}
