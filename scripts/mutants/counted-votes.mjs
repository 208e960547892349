import { approvals, core, endings, failures, singleUse, votes } from './approval-tests.mjs'

/** When a vote counts. */
export const countedVoteGuards = [
  {
    name: 'a vote counts when the ledger has it',
    file: approvals('vote-box'),
    find: 'const counted = stored.votes.flatMap((vote) => {',
    replace:
      'const counted = [...this.#votes.values()].flatMap((vote) => {\n      if (stored.digest === this.#hold.digest) return [vote]',
    tests: core('approvals/vote-box'),
  },
  {
    name: 'a vote counts when it is on record',
    file: approvals('vote-box'),
    find: '        this.#recorded.has(vote.id) &&\n',
    replace: '',
    tests: core('approvals/vote-box'),
  },
  {
    name: 'an old vote does not count',
    file: approvals('vote-box'),
    find: 'stands(vote, elapsedMs, this.#hold.requirement.voteMaxAgeMs),',
    replace: 'elapsedMs >= vote.elapsedMs,',
    tests: singleUse,
  },
  {
    name: 'a yes stands no longer than what proves it',
    file: approvals('stored-request'),
    find: ' && ageMs < (yes.lastsMs ?? Infinity)',
    replace: '',
    tests: endings,
  },
  {
    name: 'the ledger knows how long a yes stands',
    file: approvals('vote-box'),
    find: 'decision, elapsedMs, lastsMs }',
    replace: 'decision, elapsedMs }',
    tests: endings,
  },
  {
    name: 'how long a yes stands is read back',
    file: approvals('stored-request'),
    find: '...(lastsMs === undefined ? {} : { lastsMs })',
    replace: '',
    tests: core('approvals/stored-request'),
  },
  {
    name: 'a no is not a yes',
    file: approvals('vote-box'),
    find: "        vote.decision === 'allow' &&\n",
    replace: '',
    tests: core('approvals/vote-box'),
  },
  {
    name: 'votes that wait are bounded',
    file: approvals('vote-intake'),
    find: 'if (this.#queue.full) {',
    replace: 'if (false) {',
    tests: core('approvals/caps'),
  },
  {
    name: 'refused votes are recorded up to a number',
    file: approvals('vote-queue'),
    find: 'return this.#refused <= maxRecorded',
    replace: 'return this.#refused > 0',
    tests: core('approvals/vote-queue'),
  },
  {
    name: 'votes are taken one after the other',
    file: approvals('vote-queue'),
    find: 'this.#tail = turn.catch(() => undefined)',
    replace: 'this.#tail = Promise.resolve()',
    tests: core('approvals/vote-queue'),
  },
  {
    name: 'a malformed vote is refused',
    file: approvals('vote-intake'),
    find: "if (vote === undefined) return this.#refuse({ via: via.name, reason: 'malformed' })",
    replace: "if (vote === undefined) return notCounted('')",
    tests: votes,
  },
  {
    name: 'a vote that comes too late is refused',
    file: approvals('vote-intake'),
    find: '    if (ending !== undefined) {\n      await this.#request.end(ending)',
    replace: '    if (ending === null) {\n      await this.#request.end(ending)',
    tests: core('approvals/endings', 'approvals/votes'),
  },
  {
    name: 'a vote is on record before it counts',
    file: approvals('vote-intake'),
    find: "    await this.#record(voteEvent(id, hold, examined), 'synced')\n",
    replace: "    void this.#record(voteEvent(id, hold, examined), 'synced').catch(() => undefined)\n",
    tests: failures,
  },
  {
    name: 'a recorded vote is synced',
    file: approvals('vote-intake'),
    find: "voteEvent(id, hold, examined), 'synced')",
    replace: "voteEvent(id, hold, examined), 'written')",
    tests: votes,
  },
]
