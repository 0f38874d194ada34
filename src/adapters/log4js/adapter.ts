// Adapter: patches log4js 4 to 6, whose categories become logger names.

import * as shimmer from 'shimmer'
import type { Adapter, AdapterContext } from '../kit/adapter.js'
import { hookPackage } from '../kit/hook/package.js'
import { controlAppenders } from './appenders.js'
import { captureEvents } from './capture.js'
import { watchFiles } from './files.js'
import { replaceLayouts } from './layouts.js'
import { LevelAnnouncer, LevelFollower } from './levels.js'
import {
  type Categories,
  type Clustering,
  type Config,
  type Configuration,
  type Copy,
  copyOf,
  type Layouts,
} from './library.js'
import { relay } from './relay.js'

/** Describes one file of the library, for `hookPackage`. */
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
    const followers = new WeakMap<Copy, LevelFollower>()
    const followerOf = (copy: Copy): LevelFollower => {
      const follower = followers.get(copy) ?? new LevelFollower(copy, context)
      followers.set(copy, follower)
      return follower
    }
    undo.push(
      watchFiles(),
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
      hookPackage(part('layouts'), (exports, path) => {
        undo.push(replaceLayouts(exports as Layouts, copyOf(path)))
      }),
      hookPackage(part('clustering'), (exports, path) => {
        const copy = copyOf(path)
        copy.clustering = exports as Clustering
        const follower = followerOf(copy)
        const left = context.role === 'take' ? follower : undefined
        undo.push(controlAppenders(copy.clustering, copy, context, left))
        if (context.role === 'track') return
        undo.push(captureEvents(copy.clustering, copy, context, follower))
      }),
    )
    return () => {
      for (const each of undo.reverse()) each()
    }
  },

  relay,
}

// log4js cannot remove a listener. After the undo, this one stays but has no effect.
function followConfiguration(
  configuration: Configuration,
  copy: Copy,
  context: AdapterContext,
  follower: LevelFollower,
): void {
  configuration.addPreProcessingListener((config) => {
    copy.configured(config)
    if (context.role === 'take') follower.configured(copy.config)
  })
}

function patchLevels(
  categories: Categories,
  copy: Copy,
  context: AdapterContext,
  follower: LevelFollower,
): () => void {
  const announcer = new LevelAnnouncer(copy, context)
  const isChild = context.role === 'take'
  shimmer.wrap(categories, 'getLevelForCategory', (original) => {
    return function getLevelForCategory(this: unknown, category) {
      if (isChild) return follower.find(category) ?? original.call(this, category)
      const level = original.call(this, category)
      announcer.announce(category, level)
      return level
    }
  })
  shimmer.wrap(categories, 'setLevelForCategory', (original) => {
    return function setLevelForCategory(this: unknown, category, level) {
      original.call(this, category, level)
      if (isChild) follower.assigned(category)
      else announcer.announce(category, level)
    }
  })
  if (!isChild) {
    if (!copy.config) copy.config = findConfig(categories)
    if (copy.config) announcer.configured(copy.config, categories)
    // Runs after the library's own listener, which was added just before this one.
    copy.configuration?.addListener((config) => {
      if (copy.config) announcer.configured(config, categories)
    })
  }
  if (categories.init) {
    shimmer.wrap(categories as Required<Categories>, 'init', (original) => {
      return function init(this: unknown) {
        original.call(this)
        if (!isChild) announcer.ended()
      }
    })
  }
  return () => {
    shimmer.massUnwrap([categories], ['getLevelForCategory', 'setLevelForCategory'])
    if (categories.init) shimmer.unwrap(categories as Required<Categories>, 'init')
  }
}

// For a library that was configured before the adapter was installed.
function findConfig(categories: Categories): Config | undefined {
  if (!categories.keys) return undefined
  const names = [...categories.keys()]
  const isMute = names.every((name) => categories.getLevelForCategory(name).levelStr === 'OFF')
  return isMute ? undefined : { categories: Object.fromEntries(names.map((name) => [name, {}])) }
}
