const record = (name) => `packages/core/src/record/${name}.ts`
const lock = ['packages/core/test/record/directory-lock.test.ts']
const journal = ['packages/core/test/record/file-journal.test.ts']

/** Whose a journal directory is, and what may stand in its lock. */
export const journalOwnerGuards = [
  {
    name: 'a directory of another user is refused',
    file: record('private-directory'),
    find: '  if (isForeign) {\n',
    replace: '  if (isForeign && isOpenToOthers) {\n',
    tests: journal,
  },
  {
    name: 'the lock is as private as the journal',
    file: record('directory-lock'),
    find: "  assertPrivate(fileSystem, directory, 'the lock')\n",
    replace: '',
    tests: journal,
  },
  {
    name: 'the lock is a directory',
    file: record('directory-lock'),
    find: "if (fileSystem.status(directory).kind !== 'directory') {",
    replace: 'if (false) {',
    tests: journal,
  },
  {
    name: 'an owner is a file',
    file: record('directory-lock'),
    find: "  if (kind !== 'file') throw unfit(path)\n",
    replace: "  if (kind === 'other') throw unfit(path)\n",
    tests: journal,
  },
  {
    name: 'the number of an owner can be counted on',
    file: record('directory-lock'),
    find: '  if (odd !== undefined) throw unfit(join(directory, odd))\n',
    replace: '',
    tests: lock,
  },
  {
    name: 'a link is not followed',
    file: record('node-file-system'),
    find: 'const itself = fs.lstatSync(path)',
    replace: 'const itself = fs.statSync(path)',
    tests: journal,
  },
]
