/** Something about the server, its role or this process that weakens the door. */
export interface ServerFinding {
  readonly id:
    | 'superuser'
    | 'createrole'
    | 'bypassrls'
    | 'replication'
    | 'membership'
    | 'schema-writer'
    | 'schema-create'
    | 'credential-in-environment'
    | 'credential-in-file'
    | 'server-newer-than-grammar'
    | 'server-encoding'
  readonly message: string
  readonly hint: string
  /** Whether the target is refused because of it. */
  readonly refuses: boolean
}
