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

  /** A table with a heading, its columns as wide as they must be. */
  table(heading: readonly string[], rows: readonly (readonly string[])[]): void {
    const lines = [heading, ...rows]
    const widths = heading.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
    for (const line of lines) {
      this.line(
        line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      )
    }
  }

  /** Says what was claimed, and fails the example when it is not so. */
  claim(text: string, holds: boolean): void {
    if (!holds) this.#failed += 1
    console.log(`  ${holds ? 'ok    ' : 'FAILED'} ${text}`)
  }
}
