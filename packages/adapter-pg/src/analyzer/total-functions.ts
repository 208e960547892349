import type { TotalRule } from './total-facts.js'
import {
  escaped,
  formatted,
  inOtherLetters,
  intoElements,
  joined,
  replaced,
  translated,
  twice,
} from './total-growth.js'
import {
  castsToText,
  hasLengthLast,
  hasOffset,
  hasPart,
  hasPattern,
  hasReplacement,
  hasUnit,
  isCountedFromOne,
  isField,
  isPlainFormat,
  isShort,
  namesKeys,
  printsAsJsonb,
  putsInFront,
  putsInto,
  writesEncoding,
} from './total-arguments.js'

const rules = new Map<string, TotalRule>()

/** Each routine by the types that it declares; `any…` stands for VARIADIC "any", `text…` for VARIADIC text[]. */
function define(rule: TotalRule, signatures: string): void {
  for (const signature of signatures.trim().split(/\s+/)) rules.set(signature, rule)
}

/** Whatever they are given. */
define(
  {},
  `bit_length(text) bit_length(bytea) char_length(text) char_length(bpchar) character_length(text)
   character_length(bpchar) length(text) length(bpchar) length(bytea) octet_length(text) octet_length(bpchar)
   octet_length(bytea)
   left(text,int4) right(text,int4) reverse(text) reverse(bytea) substr(text,int4) substring(text,int4)
   substr(bytea,int4) substring(bytea,int4) position(bytea,bytea)
   sha224(bytea) sha256(bytea) sha384(bytea) sha512(bytea) bit_count(bytea) crc32(bytea) crc32c(bytea)
   to_hex(int4) to_hex(int8) to_bin(int4) to_bin(int8) to_oct(int4) to_oct(int8)
   abs(float4) abs(float8) abs(numeric) sign(float8) sign(numeric) ceil(float8) ceiling(float8) floor(float8)
   round(float8) trunc(float8) trunc(numeric) trunc(numeric,int4) scale(numeric) min_scale(numeric) trim_scale(numeric)
   cbrt(float8) atan(float8) pi()
   now() transaction_timestamp() statement_timestamp()
   isfinite(date) isfinite(timestamp) isfinite(timestamptz) isfinite(interval)
   date(timestamp) date(timestamptz) time(timestamp) time(timestamptz)
   uuid_extract_timestamp(uuid) uuid_extract_version(uuid)
   host(inet) family(inet) masklen(inet) network(inet) netmask(inet) hostmask(inet) broadcast(inet) abbrev(inet)
   abbrev(cidr) text(inet) inet_same_family(inet,inet)
   json_typeof(json) jsonb_typeof(jsonb) jsonb_strip_nulls(jsonb) jsonb_extract_path(jsonb,text…)
   sum(int2) sum(int4) sum(int8) avg(int2) avg(int4) avg(int8) stddev(int2) stddev(int4) stddev(int8)
   stddev_pop(int2) stddev_pop(int4) stddev_pop(int8) stddev_samp(int2) stddev_samp(int4) stddev_samp(int8)
   variance(int2) variance(int4) variance(int8) var_pop(int2) var_pop(int4) var_pop(int8)
   var_samp(int2) var_samp(int4) var_samp(int8)
   bool_and(bool) bool_or(bool) every(bool) bit_and(int2) bit_and(int4) bit_and(int8) bit_or(int2) bit_or(int4)
   bit_or(int8) bit_xor(int2) bit_xor(int4) bit_xor(int8)
   min(int2) min(int4) min(int8) min(oid) min(float4) min(float8) min(numeric) min(date) min(time) min(timetz)
   min(timestamp) min(timestamptz) min(interval) min(inet) min(bytea)
   max(int2) max(int4) max(int8) max(oid) max(float4) max(float8) max(numeric) max(date) max(time) max(timetz)
   max(timestamp) max(timestamptz) max(interval) max(inet) max(bytea)`,
)

/** They ask for a collation, or look for one text in another. */
define({ needsCollation: true }, 'strpos(text,text) position(text,text) starts_with(text,text)')
/** Letters are as wide as the widest while they are changed, and one may become three. */
define(
  { needsCollation: true, works: 4, grows: inOtherLetters },
  'lower(text) upper(text) initcap(text) casefold(text)',
)
/** Two values are copied into one place, for some collations in letters of two bytes. */
define({ needsCollation: true, works: 2, compares: true }, 'min(text) max(text) min(bpchar) max(bpchar)')
define({ only: (type) => type === 'enum' }, 'min(anyenum) max(anyenum)')

/** What they give may be larger than what they are given. */
define({ needsSize: true, grows: twice }, 'quote_ident(text) quote_literal(text) quote_nullable(text)')
define({ needsSize: true }, 'concat(any…) jsonb_extract_path_text(jsonb,text…)')
/** These cast to text, and what may be taken for text is taken for neither. */
define({ needsSize: true, grows: twice, only: castsToText }, 'quote_literal(anyelement) quote_nullable(anyelement)')
define({ needsSize: true, literals: isShort(0) }, 'concat_ws(text,any…)')
define({ needsSize: true, grows: joined, literals: isShort(1) }, 'array_to_string(anyarray,text)')
define({ needsSize: true, grows: joined, literals: isShort(1, 2) }, 'array_to_string(anyarray,text,text)')
/** The server notes where each element is, in room for twice as many. */
define({ needsCollation: true, needsSize: true, works: 16, grows: intoElements }, 'string_to_array(text,text)')
define({ needsCollation: true, needsSize: true, grows: replaced, literals: hasReplacement }, 'replace(text,text,text)')
define({ needsSize: true, grows: twice, literals: writesEncoding }, 'encode(bytea,text)')
define({ needsSize: true, grows: formatted, literals: isPlainFormat }, 'format(text,any…) format(text)')

/** JSON: keys that are NULL and escapes that no text can hold are refused. */
/** JSON in binary ends at a quarter of a gigabyte, and has short numbers as long ones. */
const json: TotalRule = { makesJson: true, needsSize: true, works: 6, grows: escaped }
const jsonb: TotalRule = { ...json, only: printsAsJsonb }
define(json, 'to_json(anyelement) array_to_json(anyarray) row_to_json(record)')
define(json, 'json_build_array(any…) json_build_array() json_build_object()')
define({ ...json, literals: namesKeys }, 'json_build_object(any…)')
define(jsonb, 'to_jsonb(anyelement) jsonb_build_array(any…) jsonb_build_array() jsonb_build_object()')
define({ ...jsonb, literals: namesKeys }, 'jsonb_build_object(any…)')

/** Aggregates that keep every value. */
define({ needsSize: true, gathers: true, literals: isShort(1) }, 'string_agg(text,text)')
define({ needsSize: true, gathers: true, carries: true }, 'array_agg(anynonarray)')
define({ ...json, gathers: true }, 'json_agg(anyelement)')
define({ ...jsonb, gathers: true }, 'jsonb_agg(anyelement)')

/** They look up each character among those of a constant, which must not be many. */
define({ works: 8, literals: isShort(1) }, 'btrim(text,text) ltrim(text,text) rtrim(text,text)')
define({ works: 8 }, 'btrim(text) ltrim(text) rtrim(text)')
define(
  { works: 4, needsSize: 'where it grows', grows: translated, literals: isShort(1, 2) },
  'translate(text,text,text)',
)

/** They fail at some constants and nowhere else. */
define(
  { literals: hasLengthLast },
  'substr(text,int4,int4) substring(text,int4,int4) substr(bytea,int4,int4) substring(bytea,int4,int4)',
)
define({ needsCollation: true, literals: isField }, 'split_part(text,text,int4)')
define({ literals: putsInFront }, 'lpad(text,int4) lpad(text,int4,text) rpad(text,int4) rpad(text,int4,text)')
define({ needsSize: true, literals: putsInto }, 'overlay(text,text,int4) overlay(text,text,int4,int4)')
define(
  { literals: hasPart },
  `extract(text,date) extract(text,time) extract(text,timetz) extract(text,timestamp) extract(text,timestamptz)
   extract(text,interval) date_part(text,time) date_part(text,timetz) date_part(text,timestamp)
   date_part(text,timestamptz) date_part(text,interval)`,
)
define({ literals: hasUnit }, 'date_trunc(text,timestamp) date_trunc(text,timestamptz) date_trunc(text,interval)')
define({ literals: hasPattern }, 'to_char(timestamp,text) to_char(timestamptz,text)')

/** They hand on what they are given, or look at it from outside. */
define(
  { carries: true },
  `count() count(any) num_nulls(any…) num_nonnulls(any…)
   cardinality(anyarray) array_length(anyarray,int4) array_lower(anyarray,int4) array_upper(anyarray,int4)
   array_ndims(anyarray) array_dims(anyarray)
   row_number() rank() dense_rank() percent_rank() cume_dist() lag(anyelement) lead(anyelement)
   first_value(anyelement) last_value(anyelement)`,
)
define({ carries: true, literals: hasOffset }, 'lag(anyelement,int4) lead(anyelement,int4)')
define({ literals: isCountedFromOne(0) }, 'ntile(int4)')
define({ carries: true, literals: isCountedFromOne(1) }, 'nth_value(anyelement,int4)')

/** The rule of a routine; undefined for one that no list has. */
export function totalRule(signature: string): TotalRule | undefined {
  return rules.get(signature)
}

/** Every signature with a rule. */
export function totalSignatures(): Iterable<string> {
  return rules.keys()
}
