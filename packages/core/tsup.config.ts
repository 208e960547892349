import { readFile, writeFile } from 'node:fs/promises'
import { defineConfig } from 'tsup'

/**
 * Built in, because loading their many files one by one is most of the time that an import takes. They read policy files
 * and no type of theirs is public. What checks signatures stays a dependency that users can update and audit.
 */
const builtIn = ['re2js', 'yaml', 'zod']

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    adapter: 'src/adapter.ts',
    'masking/index': 'src/masking/index.ts',
    relay: 'src/relay.ts',
    signing: 'src/signing.ts',
    verifier: 'src/verifier.ts',
    'testing/index': 'src/testing/index.ts',
  },
  format: ['esm'],
  target: 'node20',
  // Shared chunks: every entry must see the same classes and brands.
  splitting: true,
  sourcemap: true,
  clean: true,
  dts: false,
  noExternal: builtIn,
  esbuildOptions: (options) => {
    // The same code as modules: the build that Node.js would load is CommonJS, which a bundle cannot hold.
    options.alias = { yaml: './node_modules/yaml/browser/index.js' }
  },
  onSuccess: writeLicences,
})

async function writeLicences(): Promise<void> {
  const texts = await Promise.all(
    builtIn.map(async (name) => `${name}\n\n${await readFile(`node_modules/${name}/LICENSE`, 'utf8')}`),
  )
  await writeFile('dist/THIRD-PARTY-NOTICES.txt', texts.join(`\n${'-'.repeat(80)}\n\n`))
}
