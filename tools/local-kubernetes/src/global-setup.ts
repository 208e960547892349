import type { TestProject } from 'vitest/node'
import type {} from './vitest.js'
import { startKubernetes } from './start-kubernetes.js'

/** Vitest calls this once before the tests on a real API server; what it returns, once after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = await startKubernetes()
  process.stdout.write(`tests on kube-apiserver ${running.cluster.version}\n`)
  project.provide('testCluster', running.cluster)
  return () => running.stop()
}
