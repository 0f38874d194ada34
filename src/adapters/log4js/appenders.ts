// Appenders: tells where log4js appenders lead, and decides which of them write an event.

import * as shimmer from 'shimmer'
import type { Capture } from '../../core/stdio.js'
import { type AdapterContext, whileRelaying } from '../kit/adapter.js'
import { Leads } from '../kit/leads.js'
import type { Appender, Clustering, Config, Copy } from './library.js'

const STREAMS: Readonly<Record<string, keyof Capture>> = {
  stdout: 'stdout',
  console: 'stdout',
  stderr: 'stderr',
}

/** Where an appender leads, or those that it filters for. */
export function leadsTo(config: Config, name: string, capture: Capture): number {
  let all = 0
  for (const end of endsOf(config, name)) {
    const { type } = config.appenders?.[end] ?? {}
    const stream = typeof type === 'string' ? STREAMS[type] : undefined
    if (stream) all |= capture[stream] ? Leads.TERMINAL : Leads.DATA
    else all |= type === 'recording' ? Leads.MEMORY : Leads.OTHER
  }
  return all
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

type Selection = 'terminal' | 'other'

let selected: Selection | undefined

/** Runs `act`, in which events are written by appenders to the terminal only, or by all others only. */
export function selectAppenders<T>(selection: Selection, act: () => T): T {
  const before = selected
  selected = selection
  try {
    return act()
  } finally {
    selected = before
  }
}

/** The names of the appenders that were created, and where they lead. */
export const namesOf: WeakMap<Appender, string> = new WeakMap()

export const leads: WeakMap<Appender, number> = new WeakMap()

/**
 * Patches `onlyOnMaster`, through which log4js creates each appender; returns the undo. `isLate` tells whether one
 * that leads elsewhere than to the terminal is created only when it gets an event.
 */
export function controlAppenders(
  clustering: Clustering,
  copy: Copy,
  context: AdapterContext,
  isLate: (appender: string) => boolean,
): () => void {
  let isOn = true
  const isMuted = (lead: number): boolean =>
    isOn && context.isTerminalOwned && lead === Leads.TERMINAL
  const control = (make: () => Appender): Appender => {
    const { current, creating = '' } = copy
    if (!isOn || !current) return make()
    const lead = leadsTo(current, creating, context.capture)
    const appender =
      innerOf(current, creating).length > 0
        ? make()
        : lead === Leads.OTHER
          ? other(make, isLate(creating), FILES.has(current.appenders?.[creating]?.type))
          : near(make(), () => isMuted(lead))
    if (typeof appender === 'function') {
      leads.set(appender, lead)
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

// An appender to a standard stream or to memory.
function near(original: Appender, isMuted: () => boolean): Appender {
  const appender: Appender = (event) => {
    if (selected !== 'other' && !isMuted()) whileRelaying(() => original(event))
  }
  return Object.assign(appender, original)
}

function other(make: () => Appender, isLate: boolean, isFile: boolean): Appender {
  if (!isLate) {
    const original = make()
    if (typeof original !== 'function') return original // a server without an appender
    const appender: Appender = (event) => {
      if (selected !== 'terminal') original(event)
    }
    return Object.assign(appender, original)
  }
  let original: Appender | undefined
  const appender: Appender = (event) => {
    if (selected === 'terminal') return
    original ??= make()
    sighup.delete(appender)
    original(event)
  }
  appender.shutdown = (done) => {
    sighup.delete(appender)
    if (original?.shutdown) original.shutdown(done)
    else process.nextTick(done)
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
