/** What the API server of the benchmarks has, and where. Its pods are all in one namespace but those of large lists. */
export const paths = {
  list: '/api/v1/namespaces/team/pods',
  /** Pods of all namespaces. */
  largeList: '/api/v1/pods',
  largeCount: 10_000,
  /** A list that is made while it is sent. */
  hugeList: '/api/v1/namespaces/huge/pods',
  hugeBytes: 100_000_000,
  watch: '/api/v1/namespaces/watched/secrets',
  eventsPerWatch: 20,
} as const
