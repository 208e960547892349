import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', adapter: 'src/adapter.ts', 'testing/index': 'src/testing/index.ts' },
  format: ['esm'],
  target: 'node20',
  // Shared chunks: every entry must see the same classes and brands.
  splitting: true,
  sourcemap: true,
  clean: true,
  dts: false,
})
