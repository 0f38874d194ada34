// Appenders: tells where log4js appenders lead, and decides which of them write an event.

import { resolve } from 'node:path'
import * as shimmer from 'shimmer'
import { nextTick, process } from '../../core/originals.js'
import type { Capture } from '../../core/stdio.js'
import { type AdapterContext, whileRelaying } from '../kit/adapter.js'
import { Leads } from '../kit/leads.js'
import type { Appender, Clustering, Config, Copy, Event } from './library.js'

const STREAMS: Readonly<Record<string, keyof Capture>> = {
  stdout: 'stdout',
  console: 'stdout',
  stderr: 'stderr',
}

/** Whether the file of this path is one that a child leaves to the root. */
export type IsLeft = (path: string) => boolean

const NONE: IsLeft = () => false

/** Where an appender leads, or those that it filters for. */
export function leadsTo(config: Config, name: string, capture: Capture, isLeft: IsLeft): number {
  let all = 0
  for (const end of endsOf(config, name)) {
    const { type } = config.appenders?.[end] ?? {}
    const stream = typeof type === 'string' ? STREAMS[type] : undefined
    const file = fileOf(config, end)
    if (stream) all |= capture[stream] ? Leads.TERMINAL : Leads.DATA
    else if (type === 'recording') all |= Leads.MEMORY
    else all |= file !== undefined && isLeft(file) ? Leads.OTHER : Leads.OWN
  }
  return all
}

/** The files that an appender writes, or those that it filters for. */
export function filesOf(config: Config, name: string): readonly string[] {
  return endsOf(config, name).flatMap((end) => fileOf(config, end) ?? [])
}

const FILE_TYPES = ['file', 'fileSync', 'dateFile', 'multiFile']

function fileOf({ appenders }: Config, name: string): string | undefined {
  const { type, filename, base } = appenders?.[name] ?? {}
  const path = type === 'multiFile' ? base : filename
  return FILE_TYPES.includes(String(type)) && typeof path === 'string' ? resolve(path) : undefined
}

/** The categories whose events an appender gets, directly or from a filter. */
export function categoriesOf(config: Config, appender: string): readonly string[] {
  const uses = (name: string): boolean => endsOf(config, name).includes(appender)
  return Object.entries(config.categories ?? {})
    .filter(([, { appenders }]) => appenders?.some(uses))
    .map(([category]) => category)
}

/** The appenders that get an appender's events in the end: itself, or those it passes them to. */
export function endsOf(
  config: Config,
  name: string,
  visited: ReadonlySet<string> = new Set(),
): readonly string[] {
  const inner = innerOf(config, name).filter((each) => !visited.has(each))
  if (inner.length === 0) return [name]
  return inner.flatMap((each) => endsOf(config, each, new Set([...visited, name])))
}

// The appenders that this one passes events to. `multiprocess` is a server that gets events from others as well.
function innerOf({ appenders = {} }: Config, filter: string): readonly string[] {
  const { type, appender, appenders: several } = appenders[filter] ?? {}
  if (type === 'multiprocess') return []
  const names = [appender, ...(Array.isArray(several) ? several : [])]
  return names.filter((name): name is string => typeof name === 'string' && name in appenders)
}

/** `own`: all appenders but those to files that the root writes. `files`: those to files. */
type Selection = 'own' | 'files'

let selected: Selection | undefined

/** Runs `act`, in which events are written by some appenders only. */
export function selectAppenders<T>(selection: Selection, act: () => T): T {
  const before = selected
  selected = selection
  try {
    return act()
  } finally {
    selected = before
  }
}

/** The names of the appenders that were created. */
export const namesOf: WeakMap<Appender, string> = new WeakMap()

interface Lead {
  /** Where the appender leads if nothing is left to the root. */
  readonly alone: number
  readonly with: (isLeft: IsLeft) => number
}

export const leads: WeakMap<Appender, Lead> = new WeakMap()

/** What a child leaves to the root. */
interface Left {
  /** Whether the root writes the events of this category to the file. */
  isLeft(category: string, path: string): boolean
  /** Whether it writes those of all categories that the appender gets. */
  isUnneeded(appender: string): boolean
}

/** Patches `onlyOnMaster`, through which log4js creates each appender; returns the undo. */
export function controlAppenders(
  clustering: Clustering,
  copy: Copy,
  context: AdapterContext,
  left: Left | undefined,
): () => void {
  let isOn = true
  const isMuted = (lead: number): boolean =>
    isOn && context.isTerminalOwned && lead === Leads.TERMINAL
  const control = (make: () => Appender): Appender => {
    const { current, creating = '' } = copy
    if (!isOn || !current) return make()
    const leadWith = (isLeft: IsLeft): number => leadsTo(current, creating, context.capture, isLeft)
    const alone = leadWith(NONE)
    const path = fileOf(current, creating)
    const appender =
      innerOf(current, creating).length > 0
        ? make()
        : path === undefined
          ? near(make, () => isMuted(alone))
          : toFile(make, {
              isLate: left?.isUnneeded(creating) ?? false,
              isFile: FILES.has(current.appenders?.[creating]?.type),
              isLeft: (category) => left?.isLeft(category, path) ?? false,
            })
    if (typeof appender === 'function') {
      leads.set(appender, { alone, with: leadWith })
      namesOf.set(appender, creating)
    }
    return appender
  }
  shimmer.wrap(clustering, 'onlyOnMaster', (original) => {
    return function onlyOnMaster(this: unknown, make, otherwise) {
      return original.call(this, () => control(make as () => Appender), otherwise)
    }
  })
  return () => {
    isOn = false
    shimmer.unwrap(clustering, 'onlyOnMaster')
  }
}

// An appender to anything but a file.
function near(make: () => Appender, isMuted: () => boolean): Appender {
  const original = make()
  if (typeof original !== 'function') return original // a server without an appender
  const appender: Appender = (event) => {
    if (selected !== 'files' && !isMuted()) whileRelaying(() => original(event))
  }
  return Object.assign(appender, original)
}

interface File {
  /** Whether it is created only when it gets an event. */
  readonly isLate: boolean
  readonly isFile: boolean
  readonly isLeft: (category: string) => boolean
}

function toFile(make: () => Appender, { isLate, isFile, isLeft }: File): Appender {
  const isSkipped = ({ categoryName }: Event): boolean => selected === 'own' && isLeft(categoryName)
  if (!isLate) {
    const original = make()
    const appender: Appender = (event) => {
      if (!isSkipped(event)) original(event)
    }
    return Object.assign(appender, original)
  }
  let original: Appender | undefined
  const appender: Appender = (event) => {
    if (isSkipped(event)) return
    original ??= make()
    sighup.delete(appender)
    original(event)
  }
  appender.shutdown = (done) => {
    sighup.delete(appender)
    if (original?.shutdown) original.shutdown(done)
    else nextTick(done)
  }
  if (isFile) sighup.add(appender)
  return appender
}

/** Types of appenders that are, or contain, log4js's file appender. */
const FILES: ReadonlySet<unknown> = new Set(['file', 'multiFile'])

// With a file appender, log4js listens to SIGHUP, which would end the process otherwise.
const sighup = {
  appenders: new Set<Appender>(),
  ignore(): void {},
  add(appender: Appender): void {
    this.appenders.add(appender)
    if (this.appenders.size === 1) process.on('SIGHUP', this.ignore)
  },
  delete(appender: Appender): void {
    if (this.appenders.delete(appender) && this.appenders.size === 0)
      process.off('SIGHUP', this.ignore)
  },
}
