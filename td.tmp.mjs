import { Application, ReflectionKind } from 'typedoc'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
const entryPoints=[]; const names=[]
for (const d of readdirSync('packages')) { const m=JSON.parse(readFileSync(`packages/${d}/package.json`)); names.push(m.name); for (const [k,v] of Object.entries(m.exports)) if (k!=='./package.json') entryPoints.push(`packages/${d}/${v['@bothkeys/source']}`) }
const app = await Application.bootstrap({ entryPoints, tsconfig: 'tsconfig.all.json', skipErrorChecking: true, logLevel: 'Error', excludeExternals: true })
const p = await app.convert()
const req = ['Enum','EnumMember','Variable','Function','Class','Interface','Property','Method','Accessor','TypeAlias']
let kinds = req.reduce((a,k)=>a|ReflectionKind[k],0)
const out = new Map(); let total=0
const seen=new Set()
for (const r of Object.values(p.reflections)) {
  if (!(r.kind & kinds)) continue
  if (r.kindOf(ReflectionKind.TypeLiteral)) continue
  let inside=false
  for (let q=r.parent;q;q=q.parent) if (q.kindOf(ReflectionKind.TypeLiteral) && !(q.parent?.kindOf(ReflectionKind.TypeAlias) && q.parent.type?.declaration===q)) inside=true
  if (inside) continue
  for (let q=r.parent;q;q=q.parent) if (q.isSignature?.()) inside=true
  if (inside) continue
  total++
  let ok = r.hasComment?.() || r.comment
  if (!ok && r.signatures) ok = r.signatures.every(s=>s.comment||s.hasComment())
  if (!ok && r.getSignature) ok = r.getSignature.hasComment()
  if (!ok && r.type?.type==='reflection' && r.type.declaration?.signatures) ok = r.type.declaration.signatures.every(s=>s.hasComment())
  if (ok) continue
  const s = r.sources?.[0]
  const key = `${s?.fullFileName}:${s?.line}:${r.name}`
  if (!out.has(key)) out.set(key, { file: s?.fullFileName?.replace(process.cwd()+'/',''), line: s?.line, name: r.name, parent: r.parent?.name, kind: ReflectionKind[r.kind] })
}
const list=[...out.values()].sort((a,b)=>(a.file??'').localeCompare(b.file??'')||a.line-b.line)
writeFileSync('/tmp/h19undoc.json', JSON.stringify(list,null,0))
console.log(total, list.length)
const by={}; for (const x of list) (by[x.file]??=[]).push(x)
console.log(Object.entries(by).map(([f,l])=>`${l.length} ${f}`).join('\n'))
