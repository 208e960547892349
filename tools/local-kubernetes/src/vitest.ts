import { inject } from 'vitest'
import type { Cluster } from './start-kubernetes.js'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly testCluster: Cluster
  }
}

/** The control plane that the test files share. */
export function testCluster(): Cluster {
  return inject('testCluster')
}
