/** Something about the cluster, the door's login or this process that weakens the door. */
export interface ClusterFinding {
  /** What it is, for programs. */
  readonly id:
    | 'kubeconfig-in-environment'
    | 'kubeconfig-in-home'
    | 'token-in-file'
    | 'token-in-environment'
    | 'login-cache'
    | 'cluster-admin'
    | 'may-impersonate'
  /** What was found, in a sentence, without anything that lets in. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string
  /** Whether the target is refused because of it. */
  readonly refuses: boolean
}

/** What `doctor()` found. */
export interface ClusterCheck {
  /** Where the API server is, without anything that lets in. */
  readonly server: string
  /** Empty when nothing was found. */
  readonly findings: readonly ClusterFinding[]
}
