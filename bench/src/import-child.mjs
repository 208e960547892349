// Prints how long it takes from the first line of a program to a guard that is ready. Arguments: journal, policy file, folder.
const startedAt = performance.now()
const core = await import('@bothkeys/core')
const imported = performance.now()
const [kind, policyFile, folder] = process.argv.slice(2)
const journal = kind === 'file' ? core.fileJournal(folder) : (await import('@bothkeys/core/testing')).memoryJournal()
const guard = await core.createGuard({
  policy: core.fileSource(policyFile),
  identity: core.unverifiedIdentity(),
  directory: core.accountsAsPeople,
  targets: [{ name: 'shop', kind: 'postgres', close: async () => {} }],
  journal,
})
const ready = performance.now()
await guard.close()
process.stdout.write(JSON.stringify({ importMs: imported - startedAt, readyMs: ready - startedAt }))
