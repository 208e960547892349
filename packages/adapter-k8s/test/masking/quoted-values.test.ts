import { describe, expect, it } from 'vitest'
import { withoutQuotedValues } from '../../src/masking/quoted-values.js'
import { shown } from './support/maskers.js'

const hidden = (message: string): string => withoutQuotedValues(message, () => '[secret]')
const status = (message: string, causes: readonly object[] = []) =>
  shown({ kind: 'Status', apiVersion: 'v1', reason: 'Invalid', message, details: { name: 'j', causes } })

const immutable =
  'Job.batch "j" is invalid: spec.template: Invalid value: core.PodTemplateSpec{Spec:core.PodSpec{Containers:[]core.Container{core.Container{Args:[]string{"--password", "hunter2"}, Env:[]core.EnvVar{core.EnvVar{Name:"X", Value:"hunter2}", ValueFrom:(*core.EnvVarSource)(nil)}}}}}}: field is immutable'
const difference = [
  'Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
  '  core.PodSpec{',
  '- \tEnv: nil,',
  '+ \tEnv: []core.EnvVar{{Name: "DB_PASSWORD", Value: "hunter2"}},',
  '  }',
  '+ \tArgs: []string{"hunter2"}',
].join('\n')

describe('what the API server quotes of an object', () => {
  it('is not shown in the words of Go, up to where it ends', () => {
    expect(hidden(immutable)).toBe(
      'Job.batch "j" is invalid: spec.template: Invalid value: core.PodTemplateSpec[secret]: field is immutable',
    )
    expect(status(immutable).message).toBe(hidden(immutable))
  })

  it('is not shown as a difference, of which nobody says where it ends', () => {
    expect(hidden(difference)).toBe(`${difference.slice(0, difference.indexOf('core.PodSpec{'))}core.PodSpec[secret]`)
    expect(status(difference).message).not.toContain('hunter2')
  })

  it('is not shown in JSON', () => {
    const of = (value: string): string => `x is invalid: [spec: Invalid value: ${value}: no, spec.a: Required value]`
    expect(hidden(of('{"env":[{"name":"X","value":"hun\\"}ter2"}]}'))).toBe(of('[secret]'))
    expect(hidden(of('["--password","hunter2"]'))).toBe(of('[secret]'))
    expect(hidden(of('[{"name":"X","value":"hunter2"}]'))).toBe(of('[secret]'))
    expect(hidden(of('{"a":`}hunter2`}'))).toBe(of('[secret]'))
    expect(hidden(of('"{\\"env\\":[{\\"value\\":\\"hunter2\\"}]}"'))).toBe(of('[secret]'))
  })

  it('is not shown where nobody can tell its end', () => {
    for (const odd of ['{"a":"hunter2', '"{\\"a\\":\\"hunter2\\"}', '{a:hunter2']) {
      expect(hidden(`a: Invalid value: ${odd}`)).not.toContain('hunter2')
    }
  })

  it('is not shown as the bytes around what could not be read', () => {
    const message =
      'json: error found in #10 byte of ...|value":"hunter2","v|..., bigger context ...|"env":[{"name":"X"|...'
    expect(hidden(message)).toBe('json: error found in #10 byte of [secret]')
    expect(status(message).message).not.toContain('hunter2')
  })

  it('is not shown of fields that are named for a secret, whoever names them', () => {
    expect(hidden('T "t" is invalid: [spec.password: Invalid value: "hun\\"ter2": no, spec.a: Not found: "b"]')).toBe(
      'T "t" is invalid: [spec.password: Invalid value: [secret]: no, spec.a: Not found: "b"]',
    )
    expect(hidden('a.env[0].value: Invalid value: "hunter2": no')).toBe('a.env[0].value: Invalid value: [secret]: no')
    expect(hidden('data[DB_PASSWORD]: Duplicate value: 12345')).toBe('data[DB_PASSWORD]: Duplicate value: [secret]')
    const cause = { reason: 'FieldValueInvalid', message: 'Invalid value: "hunter2": no', field: 'spec.password' }
    const [masked] = status('invalid', [cause]).details.causes
    expect(masked).toEqual({ ...cause, message: '[secret]' })
    const harmless = { ...cause, field: 'spec.replicas', message: 'Invalid value: -1: must be 0 or more' }
    expect(status('invalid', [harmless]).details.causes).toEqual([harmless])
  })

  it('is shown where it is a name, a number, or the form that a name has', () => {
    for (const harmless of [
      'pods "x" not found',
      `Pod "P" is invalid: metadata.name: Invalid value: "P": a name matches '[a-z]{3}([-a-z0-9]{0,60})?'`,
      'Service "s" is invalid: spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'Back-off restarting {"a":"b"} of the pod',
    ]) {
      expect(hidden(harmless)).toBe(harmless)
    }
  })

  it('is not shown where a controller repeats it', () => {
    const object = shown({
      kind: 'ReplicaSet',
      apiVersion: 'apps/v1',
      metadata: { name: 'r' },
      status: { conditions: [{ type: 'ReplicaFailure', message: immutable }] },
    })
    expect(object.status.conditions[0].message).toBe(hidden(immutable))
    expect(shown({ kind: 'Event', apiVersion: 'v1', metadata: { name: 'e' }, message: immutable }).message).toBe(
      hidden(immutable),
    )
  })

  it('is looked for in time that grows with the message', () => {
    for (const odd of ['a.', '": ', 'Invalid value: ', '[{', '{"', '"\\'])
      expect(hidden(`x: Invalid value: ${odd.repeat(100_000)} {"a":"hunter2"}`)).not.toContain('hunter2')
  })
})
