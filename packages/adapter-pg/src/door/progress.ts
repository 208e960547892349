/** Lets one waiting loop look again whenever something happened. */
export class Progress {
  #wake: (() => void) | undefined

  /** Something happened. */
  notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  /** Waits until a condition holds; it is looked at now and at every `notify`. May throw to give up. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
