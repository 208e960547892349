const door = (name) => `packages/adapter-pg/src/door/${name}.ts`

/** What a connection keeps by name. */
export const keptNameGuards = [
  ['is a number of names', door('kept-names'), 'names < maxNames && ', ''],
  ['is so much text', door('kept-names'), ' && bytes < maxBytes', ''],
  ['is less when a name is dropped', door('kept-names'), 'if (known !== undefined) this.#bytes -= bytesOf(known)', ''],
  ['is counted with Parse', door('extended'), '    assertRoom(message.name, registry.kept)\n', ''],
  ['is counted with Bind', door('kept-names'), '  assertRoom(portal, kept)\n', ''],
  [
    'is counted with PREPARE and DECLARE',
    door('connection'),
    '      assertRoomFor(run.analysis, this.registry.kept)\n',
    '',
  ],
  ['leaves room for what is unnamed', door('kept-names'), "name === '' || ", ''],
].map(([what, file, find, replace]) => ({
  name: `what a connection keeps by name ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: ['packages/adapter-pg/test/door/kept-names.int.test.ts'],
}))
