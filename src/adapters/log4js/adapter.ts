// The log4js adapter: categories of log4js 6 become logger names, and the root's appenders write for all.

import * as shimmer from 'shimmer'
import { notice, reasonOf } from '../../core/notice.js'
import { type Adapter, type AdapterContext, isRelaying, whileRelaying } from '../kit/adapter.js'
import { take } from '../kit/capture/take.js'
import { hookPackage } from '../kit/hook/package.js'
import { guardStream } from '../kit/relay/pipe.js'
import { inert, leaveOutAppenders } from './appenders.js'
import { Follower, Teller } from './levels.js'
import {
  type Categories,
  type Clustering,
  type Config,
  type Configuration,
  type Copy,
  configuredCopy,
  copyOf,
  type Event,
  isUnconfigured,
} from './library.js'
import { fromExtra, toExtra, toTaken } from './record.js'

/** A file of the library. */
function part(file: string): { name: string; main: RegExp; internal: true } {
  return {
    name: 'log4js',
    main: new RegExp(`[\\\\/]log4js[\\\\/]lib[\\\\/]${file}\\.js$`),
    internal: true,
  }
}

type Undo = (() => void)[]

export const log4jsAdapter: Adapter = {
  name: 'log4js',

  install(context) {
    const undo: Undo = []
    const followers = new WeakMap<Copy, Follower>()
    const followerOf = (copy: Copy): Follower => {
      const follower = followers.get(copy) ?? new Follower(copy, context)
      followers.set(copy, follower)
      return follower
    }
    undo.push(
      hookPackage(part('configuration'), (exports, path) => {
        const copy = copyOf(path)
        copy.renew()
        copy.configuration = exports as Configuration
        followConfiguration(copy.configuration, copy, context, followerOf(copy))
      }),
      hookPackage(part('categories'), (exports, path) => {
        const copy = copyOf(path)
        copy.categories = exports as Categories
        undo.push(patchLevels(copy.categories, copy, context, followerOf(copy)))
      }),
      hookPackage(part('clustering'), (exports, path) => {
        const copy = copyOf(path)
        copy.clustering = exports as Clustering
        if (context.role !== 'track') undo.push(patchSend(copy.clustering, copy, context))
      }),
    )
    return () => {
      for (const each of undo.reverse()) each()
    }
  },

  relay({ name, pid, source }, extra) {
    if (extra === undefined) return false
    const copy = configuredCopy(name)
    if (!copy?.clustering) return undefined
    const { clustering } = copy
    try {
      const event = fromExtra(extra, name, pid, copy)
      guardStream(process.stdout, source)
      whileRelaying(() => clustering.send(event))
      return true
    } catch (error) {
      const reason = `log4js failed with a child's record: ${reasonOf(error)}`
      notice('LOGSHARE_WARN_HANDLER', reason, 'log4js')
      return false
    }
  },
}

// The library has no way to take a listener back; it is of no use after the undo.
function followConfiguration(
  configuration: Configuration,
  copy: Copy,
  context: AdapterContext,
  follower: Follower,
): void {
  configuration.addPreProcessingListener((config) => {
    copy.config = isUnconfigured(config) ? undefined : config
    if (context.role !== 'take') return
    follower.configured(copy.config)
    const { default: fallback } = config.categories ?? {}
    if (!copy.config && fallback) fallback.level = 'INFO' // for an unconfigured child is not mute
    leaveOutAppenders(config, context.capture)
  })
}

function patchLevels(
  categories: Categories,
  copy: Copy,
  context: AdapterContext,
  follower: Follower,
): () => void {
  const teller = new Teller(copy, context)
  const isChild = context.role === 'take'
  shimmer.wrap(categories, 'getLevelForCategory', (original) => {
    return function getLevelForCategory(this: unknown, category) {
      if (isChild) return follower.find(category) ?? original.call(this, category)
      const level = original.call(this, category)
      teller.told(category, level)
      return level
    }
  })
  shimmer.wrap(categories, 'setLevelForCategory', (original) => {
    return function setLevelForCategory(this: unknown, category, level) {
      original.call(this, category, level)
      if (isChild) follower.assigned(category)
      else teller.told(category, level)
    }
  })
  if (!isChild) {
    if (!copy.config) copy.config = findConfig(categories)
    if (copy.config) teller.configured(copy.config, categories)
    // After the library's own listener, which has just been added.
    copy.configuration?.addListener((config) => {
      if (copy.config) teller.configured(config, categories)
    })
  }
  return () => shimmer.massUnwrap([categories], ['getLevelForCategory', 'setLevelForCategory'])
}

// Of a library that was configured before us.
function findConfig(categories: Categories): Config | undefined {
  const names = [...categories.keys()]
  const isMute = names.every((name) => categories.getLevelForCategory(name).levelStr === 'OFF')
  return isMute ? undefined : { categories: Object.fromEntries(names.map((name) => [name, {}])) }
}

function patchSend(clustering: Clustering, copy: Copy, context: AdapterContext): () => void {
  shimmer.wrap(clustering, 'send', (original) => {
    return function send(this: unknown, event) {
      if (isRelaying()) return original.call(this, event)
      if (context.role === 'copy') {
        record(event, context)
        return whileRelaying(() => original.call(this, event))
      }
      // In a cluster's worker the library would send it to the primary.
      const appenders = clustering.isMaster()
        ? (copy.categories?.appendersForCategory(event.categoryName) ?? [])
        : []
      const data = appenders.filter((appender) => appender !== inert)
      if (data.length === 0 || data.length < appenders.length) record(event, context)
      if (data.length > 0) original.call(this, event)
    }
  })
  return () => shimmer.unwrap(clustering, 'send')
}

function record(event: Event, context: AdapterContext): void {
  try {
    take(context, toTaken(event, context.relays ? toExtra(event) : undefined))
  } catch (error) {
    notice('LOGSHARE_WARN_FAILED_OPEN', `a record of log4js is lost: ${reasonOf(error)}`, 'log4js')
  }
}
