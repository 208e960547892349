import { z } from 'zod'

/** What every tool for a cluster is given, in the words of Kubernetes. */
export const apiVersion = z
  .string()
  .regex(/^(?:[a-z0-9](?:[a-z0-9.-]{0,198}[a-z0-9])?\/)?v[a-z0-9]{1,20}$/)
  .describe('for example v1, apps/v1, batch/v1')
export const kind = z
  .string()
  .regex(/^[A-Za-z0-9]{1,63}$/)
  .describe('for example Pod, Deployment')
export const namespace = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  .optional()
  .describe('default: the namespace of the connection; leave it out for kinds of the whole cluster')
export const name = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,253}$/)
  .describe('the name of the object')
export const container = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  .optional()
  .describe('which container; needed where the pod has several')
export const fields = z
  .array(z.string().regex(/^[^\s.]{1,100}(?:\.[^\s.]{1,100}){0,15}$/))
  .min(1)
  .max(20)
  .optional()
  .describe('paths to show alone, for example ["spec.nodeName", "status.phase"]')
