/** A configuration that is right, as an object; YAML holds JSON. */
export function exampleConfig(): Record<string, unknown> {
  return {
    version: 1,
    engine: 'doors',
    policy: { file: 'policy.yaml' },
    directory: { kind: 'file', file: 'people.yaml' },
    identity: [{ issuer: 'https://idp.example', audience: 'bothkeys', algorithms: ['ES256'], roles: '/roles' }],
    journal: { folder: 'journal' },
    targets: [
      {
        name: 'orders',
        kind: 'postgres',
        host: 'db.internal',
        database: 'app',
        user: 'door',
        passwordFile: 'orders.password',
        listen: { path: 'run/orders' },
      },
    ],
  }
}
