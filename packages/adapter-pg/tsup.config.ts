import { defineConfig } from 'tsup'

export default defineConfig({
  // The worker is loaded by URL, so it must stay a file of its own.
  entry: { index: 'src/index.ts', 'analyzer/worker': 'src/analyzer/worker.ts' },
  format: ['esm'],
  target: 'node20',
  splitting: true,
  sourcemap: true,
  clean: true,
  dts: false,
})
