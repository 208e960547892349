/** Lets loops that wait look again whenever something happened. */
export class Progress {
  #waiting: (() => void)[] = []

  /** Something happened. */
  notify(): void {
    if (this.#waiting.length === 0) return
    const woken = this.#waiting
    this.#waiting = []
    for (const wake of woken) wake()
  }

  /** Waits until a condition holds; it is looked at now and at every `notify`. May throw to give up. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }
}
