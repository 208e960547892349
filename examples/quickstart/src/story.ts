/** Prints the story and keeps count of the claims that did not hold. */
export class Story {
  #failed = 0

  get failed(): number {
    return this.#failed
  }

  chapter(title: string): void {
    console.log(`\n${title}`)
  }

  line(text: string): void {
    console.log(`  ${text}`)
  }

  /** Says what was claimed, and fails the example when it is not so. */
  claim(text: string, holds: boolean): void {
    if (!holds) this.#failed += 1
    console.log(`  ${holds ? 'ok    ' : 'FAILED'} ${text}`)
  }
}
