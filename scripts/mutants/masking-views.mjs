const source = (name) => `packages/core/src/masking/${name}.ts`
const test = (name) => [`packages/core/test/masking/${name}.test.ts`]
const [readings, scan, stream] = [test('views/readings'), test('scan'), test('stream')]

/** How texts are read, scanned and masked as they go. */
export const maskingViewGuards = [
  {
    name: 'places that are apart are not read as one',
    file: source('views/edited'),
    find: 'if (window === undefined || part.end > window.end) return false',
    replace: 'if (window === undefined) return false',
    tests: scan,
  },
  {
    name: 'windows of a view do not overlap',
    file: source('views/edited'),
    find: '<= until + margin + reach)',
    replace: '<= until)',
    tests: readings,
  },
  {
    name: 'what was decoded is decoded again no more than twice',
    file: source('views/readings'),
    find: 'if (depth === deepest) continue',
    replace: 'if (depth > deepest) continue',
    tests: readings,
  },
  {
    name: 'hashes are no words that a number is glued to',
    file: source('views/unglued'),
    find: "if (before !== '' && !other.test(before)) continue",
    replace: '',
    tests: readings,
  },
  {
    name: 'nor are hashes behind a number',
    file: source('views/unglued'),
    find: "if (behind !== '' && !other.test(behind)) continue",
    replace: '',
    tests: readings,
  },
  {
    name: 'stamps of logs continue no value',
    file: source('views/unwrapped'),
    find: 'return !isStamp(units, next) && holdsValue(units, end, next) ? next : undefined',
    replace: 'return holdsValue(units, end, next) ? next : undefined',
    tests: readings,
  },
  {
    name: 'what lines keep apart counts only where nothing else is found',
    file: source('scan'),
    find: '...beyond(this.#findings, this.#loose)',
    replace: '...this.#loose',
    tests: scan,
  },
  {
    name: 'what nobody read to the end is masked',
    file: source('scan'),
    find: '      search.unread(start, end)\n',
    replace: '',
    tests: scan,
  },
  {
    name: 'readings do not stop in silence',
    file: source('views/readings'),
    find: 'if (budget < 0) return undefined',
    replace: 'if (budget < 0) break',
    tests: [...readings, ...scan],
  },
  {
    name: 'a score that is no number counts as sure',
    file: source('scan'),
    find: "Number.isNaN(score) || typeof score !== 'number' ? 1 : score",
    replace: 'score',
    tests: scan,
  },
  {
    name: 'a finding is given out whole',
    file: source('stream-tail'),
    find: 'if (finding.start < start && finding.end > start) return finding.start',
    replace: 'if (finding.start < start && finding.end > start) return start',
    tests: stream,
  },
  {
    name: 'what follows something undecided is undecided',
    file: source('stream'),
    find: '      this.#gaveUpAt = text.length\n',
    replace: '',
    tests: stream,
  },
  {
    name: 'too much that waits is masked',
    file: source('stream'),
    find: 'if (text.length - this.#done > this.#heldAtMost)',
    replace: 'if (text.length < 0)',
    tests: stream,
  },
  {
    name: 'a stream gives nothing out after its detector failed',
    file: source('stream'),
    find: "      this.#state = 'failed'\n",
    replace: '',
    tests: stream,
  },
  {
    name: 'an idle stream keeps digits',
    file: source('stream-tail'),
    find: 'return digits >= 5 ? text.length - start : 0',
    replace: 'return 0',
    tests: stream,
  },
  {
    name: 'a buffer of the host is not kept',
    file: source('stream-bytes'),
    find: 'waiting = bytes.slice(whole)',
    replace: 'waiting = bytes.subarray(whole)',
    tests: stream,
  },
]
