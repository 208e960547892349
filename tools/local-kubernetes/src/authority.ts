import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const openssl = promisify(execFile)

/** A certificate and its key, as files and as PEM. */
export type Certificate = {
  readonly certificateFile: string
  readonly keyFile: string
  readonly certificate: string
  readonly key: string
}

/** The files of a certificate authority that lives as long as its folder. Serialisable. */
export type Authority = {
  readonly folder: string
  readonly certificateFile: string
  readonly keyFile: string
  readonly configFile: string
}

/** Makes an authority. */
export async function createAuthority(folder: string): Promise<Authority> {
  const authority = {
    folder,
    certificateFile: join(folder, 'ca.crt'),
    keyFile: join(folder, 'ca.key'),
    configFile: join(folder, 'openssl.cnf'),
  }
  // The system's own would add extensions that contradict ours.
  await writeFile(authority.configFile, '[req]\ndistinguished_name = name\n[name]\n')
  await request(authority, authority, '/CN=bothkeys-test-ca', ['basicConstraints=critical,CA:TRUE'])
  return authority
}

/** For a server on loopback. */
export async function issueServer(authority: Authority, name: string): Promise<Certificate> {
  return issue(authority, name, `/CN=${name}`, [
    'extendedKeyUsage=serverAuth',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
  ])
}

/** For a client, which the API server then knows by that name and those groups. */
export async function issueClient(
  authority: Authority,
  file: string,
  { name, groups = [] }: { readonly name: string; readonly groups?: readonly string[] },
): Promise<Certificate> {
  const subject = [...groups.map((group) => `/O=${escaped(group)}`), `/CN=${escaped(name)}`].join('')
  return issue(authority, file, subject, ['extendedKeyUsage=clientAuth'])
}

/** A key pair that the API server signs service account tokens with. */
export async function createKeyPair(
  folder: string,
  name: string,
): Promise<{ privateFile: string; publicFile: string }> {
  const [privateFile, publicFile] = [join(folder, `${name}.key`), join(folder, `${name}.pub`)]
  await openssl('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', curve, '-out', privateFile])
  await openssl('openssl', ['pkey', '-in', privateFile, '-pubout', '-out', publicFile])
  return { privateFile, publicFile }
}

const curve = 'ec_paramgen_curve:P-256'

async function issue(
  authority: Authority,
  file: string,
  subject: string,
  extensions: readonly string[],
): Promise<Certificate> {
  const files = {
    certificateFile: join(authority.folder, `${file}.crt`),
    keyFile: join(authority.folder, `${file}.key`),
  }
  await request(authority, files, subject, extensions, ['-CA', authority.certificateFile, '-CAkey', authority.keyFile])
  return {
    ...files,
    certificate: await readFile(files.certificateFile, 'utf8'),
    key: await readFile(files.keyFile, 'utf8'),
  }
}

async function request(
  { configFile }: Authority,
  { certificateFile, keyFile }: { readonly certificateFile: string; readonly keyFile: string },
  subject: string,
  extensions: readonly string[],
  signer: readonly string[] = [],
): Promise<void> {
  const made = ['-config', configFile, '-newkey', 'ec', '-pkeyopt', curve, '-nodes', '-days', '30', '-subj', subject]
  const added = extensions.flatMap((extension) => ['-addext', extension])
  await openssl('openssl', ['req', '-x509', ...made, ...added, ...signer, '-keyout', keyFile, '-out', certificateFile])
}

function escaped(text: string): string {
  return text.replaceAll(/[\\/+]/g, String.raw`\$&`)
}
