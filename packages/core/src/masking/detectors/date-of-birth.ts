import type { Detector } from '../detector.js'
import { defineDetector } from './define-detector.js'

const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const dayOfMonth = String.raw`(?:0?[1-9]|[12]\d|3[01])`
const year = String.raw`(?:19|20)\d\d`

/** ISO 8601, with or without dashes, and with a time that is left. */
const yearFirst = new RegExp(
  String.raw`(?<![\w-])${year}([-/.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d|-\w)`,
  'g',
)
const yearLast = new RegExp(
  String.raw`(?<![\w./-])(?:${dayOfMonth}([-/. ])${dayOfMonth}\1${year}|[0-3]\d([-/.])[0-3]\d\2\d\d)(?![\w/-])`,
  'g',
)
const monthFirst = new RegExp(String.raw`(?<!\w)${month}\.? ${dayOfMonth}(?:st|nd|rd|th)?,? ${year}(?!\w)`, 'gi')
const dayFirst = new RegExp(
  String.raw`(?<!\w)${dayOfMonth}(?:st|nd|rd|th)?[ .-]{1,2}(?:of )?${month}[.,-]? ?${year}(?!\w)`,
  'gi',
)

/** What says that a date is one of birth. */
export const birthWords: readonly string[] = [
  'born',
  'birth',
  'birthdate',
  'birthday',
  'birthdays',
  'dob',
  'd.o.b',
  'b-day',
  'bday',
  'geboren',
  'geburtsdatum',
  'geburtstag',
  'naissance',
  'né le',
  'née le',
  'nacimiento',
  'nascimento',
  'nascita',
]

/** Dates of birth: dates that a word nearby or the name of the field says are one. */
export const dateOfBirth: Detector = defineDetector({
  type: 'date-of-birth',
  patterns: [yearFirst, yearLast, monthFirst, dayFirst],
  context: {
    words: birthWords,
    before: 40,
    first: true,
  },
  hint: /birth|(?:^|[^a-z])(?:dob|bday|born)(?:[^a-z]|$)|Dob|geburt|nacimiento|naissance|nascita/i,
  needs: { digits: 3 },
  longest: 28,
  score: { alone: 0.05, context: 0.8, hint: 0.9 },
})
