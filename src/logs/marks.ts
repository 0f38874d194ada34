// Marks: level, name and message of text lines that say them in a way of their own.

import { levelOfWord } from '../core/alias.js'
import type { TextFacts } from './facts.js'

/** Levels of syslog's severities 0 to 7. */
const SEVERITIES = [60, 60, 60, 50, 40, 30, 30, 20]
/** First letters of levels: klog, Ruby's Logger, MongoDB. */
const LETTERS: Readonly<Record<string, number>> = { T: 10, D: 20, I: 30, W: 40, E: 50, F: 60 }
const REDIS: Readonly<Record<string, number>> = { '.': 20, '-': 20, '*': 30, '#': 40 }

/** The level of a severity of syslog; NaN for another number. */
export function levelOfSeverity(severity: number): number {
  return SEVERITIES[severity] ?? Number.NaN
}

/** The level of a letter; undefined for another text. */
export function levelOfLetter(letter: string): number | undefined {
  return Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined
}

/** Reads a line without escape sequences; `head` is its part up to the time. Undefined if it has none of these forms. */
export function readMarks(head: string, rest: string): TextFacts | undefined {
  return (
    readPriority(head, rest) ??
    readLetter(head, rest) ??
    readRest(head, rest) ??
    readLogfmt(head, rest)
  )
}

const PRIORITY = /^<(\d{1,3})>/
const SYSLOG = /^\s*\S+ ([^\s:[]+)(?:\[\d*\])?(?::| \S+ \S+ (?:-|\[[^\]]*\]))\s*/

function readPriority(head: string, rest: string): TextFacts | undefined {
  const found = PRIORITY.exec(head)
  if (!found) return undefined
  const level = levelOfSeverity(Number(found[1]) & 7)
  const [before = '', name = ''] = SYSLOG.exec(rest) ?? []
  return { level, name, message: rest.slice(before.length).trimStart() }
}

const KLOG = /^\s*\d+ (\S+:\d+)\] /
const RUBY = /^[^\]]*\]\s+[A-Z]+ -- ([^:]*): /

function readLetter(head: string, rest: string): TextFacts | undefined {
  if (!/^[A-Z](?:\d{4} |, \[)/.test(head)) return undefined
  const level = levelOfLetter(head[0] as string)
  const found = (head[1] === ',' ? RUBY : KLOG).exec(rest)
  if (level === undefined || !found) return undefined
  const name = head[1] === ',' ? (found[1] ?? '') : ''
  return { level, name, message: rest.slice(found[0].length) }
}

/** Level and name behind the time. */
const RESTS: readonly RegExp[] = [
  // winston's `[label] level: `
  /^\s*\[(?<name>[^\]\s]+)\] (?<word>[a-z]+): /,
  // LogTape, nats-server
  /^\s*\[(?<short>[A-Z]{3})\] (?:(?<name>[\w.·:@/-]+): )?/,
  // Monolog
  /^\] (?<name>[\w-]+(?:\.[\w-]+)*)\.(?<word>[A-Z]{4,9}): /,
  // Apache's `[module:level] [pid …] [client …] `
  /^\] \[(?<name>\w*):(?<word>[a-z]+\d?)\] (?:\[pid [^\]]*\] )?/,
  // Spring Boot, and logback and log4j with the thread behind the level: `LEVEL 12 --- [thread] name : `
  /^\s+(?<word>[A-Z]{4,5}) \d+ --- (?:\[[^\]]*\] ){1,3}(?<name>[\w.$/[\]]+)\s+: /,
  /^\s+(?<word>[A-Z]{4,5})\s+\[[^\]]+\]\s+(?<name>[\w$]+(?:\.[\w$]+)+)\s*[:-]\s/,
  // Nest's `LOG [Context] `
  /^\s+(?<word>[A-Z]{3,7}) \[(?<name>[^\]\s]+)\] /,
  // AWS Lambda
  /^\t[\w-]+\t(?<word>[A-Z]+)\t/,
  // logback and log4j: `[thread] LEVEL name - `
  /^\s+\[[^\]]+\]\s+(?<word>[A-Z]{4,8})\s+(?<name>[\w.$]+)\s+(?:--?|:)\s/,
  // zap's console
  /^\t(?<word>[A-Z]+)\t(?:(?<name>[^\t :]+)\t)?\S+\.go:\d+\t/,
  // tslog 4 and 5
  /^\t(?<word>[A-Z]+)\s*\t\S+:\d+\t(?:(?<name>[^\t ]+)\t)?/,
  // tslog 3
  /^\s+(?<word>[A-Z]{4,5})\s+\[(?:(?<name>\S+) )?\S+:\d+[^\]]*\]\s+/,
  // signale
  /^\] (?:\[(?<name>[^\]]+)\] )?› (?:[^\w\s]+\s+)?(?<word>[a-z]+)\s+/,
]

function readRest(head: string, rest: string): TextFacts | undefined {
  for (const form of RESTS) {
    const found = form.exec(rest)
    const { word, short, name = '' } = found?.groups ?? {}
    const level = levelOfWord(word ?? short ?? '')
    if (!found || level === undefined) continue
    return { level, name, message: rest.slice(found[0].length) }
  }
  const redis = /^ ([.*#-]) /.exec(rest)
  if (!redis || !/^\d+:[XCSM] /.test(head)) return undefined
  return { level: REDIS[redis[1] as string] as number, name: '', message: rest.slice(3) }
}

const PAIR = (keys: string): RegExp =>
  new RegExp(`(?:^|\\s)(?:${keys})=(?:"((?:[^"\\\\]|\\\\.)*)"|(\\S+))`)
const LEVEL = PAIR('level|lvl|severity')
const MESSAGE = PAIR('msg|message')
const NAME = PAIR('logger|name|component')
const LOGFMT = /(?:^|\s)(?:time|ts|t|timestamp)="?\S+$/

function readLogfmt(head: string, rest: string): TextFacts | undefined {
  if (!LOGFMT.test(head.replace(/[T ](?=\d\d:)/, ''))) return undefined
  const line = `${head}${rest.replace(/^"/, '')}`
  const textAt = (pair: RegExp): string => {
    const [, quoted, bare = ''] = pair.exec(line) ?? []
    return quoted?.replace(/\\(.)/g, '$1') ?? bare
  }
  return {
    level: levelOfWord(textAt(LEVEL).replace(/[+-]\d+$/, '')) ?? Number.NaN,
    name: textAt(NAME),
    message: textAt(MESSAGE) || line,
  }
}
