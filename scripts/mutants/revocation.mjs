const source = (name) => `packages/core/src/${name}.ts`
const tests = ['packages/core/test/enforce/revoke.test.ts']

/** The kill switch: what is revoked ends, opens nothing and counts for nothing. */
export const revocationGuards = [
  ['ends live sessions', 'guard', '      sessions.endRevoked()\n', ''],
  ['ends what is open on a target', 'guard', '      switches.endRevoked()\n', ''],
  [
    'opens no session',
    'session-keeper',
    '    await this.#context.revocations.fresh()\n    this.#refuseRevoked(id, principal)\n',
    '    await this.#context.revocations.fresh()\n',
  ],
  [
    'opens no session without knowing',
    'session-keeper',
    '    await this.#context.revocations.fresh()\n    this.#refuseRevoked(id, principal)\n',
    '    this.#refuseRevoked(id, principal)\n',
  ],
  [
    'opens no session that was revoked meanwhile',
    'session-keeper',
    '    this.endRevoked()\n    this.#refuseRevoked(id, principal)\n',
    '    this.#live.size\n',
  ],
  [
    'reaches the people behind agents',
    'duties/revoked',
    "people === 'unknown' || people.known",
    'people !== "unknown" && people.known',
  ],
  ['reaches every run', 'duties/revoked', 'principal.run.root === what.id || principal.run.id === what.id', 'false'],
  ['closes a target to new connections', 'access', '  state.targetSignal(target.name).throwIfAborted()\n', ''],
  [
    'stops what a target decides',
    'access',
    "    if (this.signal.aborted) return { outcome: 'refused', refusal: refusalFrom(this.signal.reason) }\n",
    '',
  ],
  [
    'stops voters',
    'approvals/vote-box',
    "    if (this.#on.isRevoked(candidate.approver)) return { reason: 'revoked' }\n",
    '',
  ],
  [
    'is looked for again before each decision',
    'enforce',
    'const fresh = on.revocationsFresh()',
    'const fresh = undefined',
  ],
  ['is looked for in time', 'revocations', 'const lookEveryMs = 250', 'const lookEveryMs = 2_500_000'],
  ['that cannot be read counts', 'revocations', 'if (read.length === parsed.length) return read', 'return read'],
  ['stays when the ledger lost it', 'revocations', '[...stored, ...this.#own.values()].map', 'stored.map'],
  ['stays when the process starts again', 'restored-ledger', 'if (inForce.length > 0) {', 'if (inForce.length < 0) {'],
  [
    'in the journal that cannot be read keeps it from starting',
    'revocation',
    'if (revocation !== undefined && !Number.isNaN(revocation.untilMs)) return revocation',
    "return revocation ?? { id: '', what: { kind: 'session', id: '' }, reason: '', untilMs: undefined }",
  ],
  [
    'is over when its time is',
    'revocations',
    'return untilMs !== undefined && nowMs > untilMs',
    'return untilMs === 0 && nowMs > 0',
  ],
  ['has a bound', 'revocations', '      if (others.length >= maxRevocations) throw tooMany()\n', ''],
].map(([what, file, find, replace]) => ({
  name: `what is revoked ${what}`,
  file: source(file),
  find,
  replace,
  tests,
}))
