// Layouts: has layouts that are functions of the application run in the child whose event they format.
//
// Such a layout or token may read the process, the thread or an AsyncLocalStorage. The library's own layouts depend on the
// event only, and run in the root.

import * as shimmer from 'shimmer'
import { endsOf, namesOf } from './appenders.js'
import type { AppenderConfig, Copy, Event, Layout, Layouts } from './library.js'

/** What the layouts of appenders make of an event, by the appender's name. */
export type Texts = Readonly<Record<string, string>>

const OWN = ['basic', 'coloured', 'colored', 'messagePassThrough', 'dummy']

const texts = new WeakMap<Event, Texts>()

/** For a child: what layouts of the application make of the event, for the appenders that the root will write it to. */
export function formatFor(copy: Copy, event: Event): Texts | undefined {
  const { current, categories, layouts } = copy
  if (!current || !categories) return undefined
  const found: Record<string, string> = {}
  for (const appender of categories.appendersForCategory(event.categoryName)) {
    for (const name of endsOf(current, namesOf.get(appender) ?? '')) {
      const config = current.appenders?.[name]
      const layout = config && customLayoutOf(config, layouts)
      if (layout) found[name] = layout(event, config.timezoneOffset)
    }
  }
  return Object.keys(found).length > 0 ? found : undefined
}

const custom = new WeakMap<AppenderConfig, Layout | false>()

function customLayoutOf(config: AppenderConfig, { layout: make }: Layouts): Layout | false {
  let layout = custom.get(config)
  if (layout === undefined) {
    const { layout: given } = config
    layout = (given && !isOwn(given) && make(String(given.type), given)) || false
    custom.set(config, layout)
  }
  return layout
}

function isOwn({ type, tokens = {} }: NonNullable<AppenderConfig['layout']>): boolean {
  if (type === 'pattern') return Object.values(tokens).every((token) => typeof token !== 'function')
  return OWN.includes(String(type))
}

/** For the root: the layouts of its appenders give these texts for the event. */
export function useTexts(event: Event, given: Texts): void {
  texts.set(event, given)
}

/** Patches the function that makes the layout of each appender. Returns the undo. */
export function replaceLayouts(layouts: Layouts, copy: Copy): () => void {
  shimmer.wrap(layouts, 'layout', (original) => {
    return function layout(this: unknown, type, config) {
      const { creating } = copy
      const make = original.call(this, type, config)
      if (creating === undefined || typeof make !== 'function') return make
      const given: Layout = (event, ...rest) => texts.get(event)?.[creating] ?? make(event, ...rest)
      return given
    }
  })
  return () => shimmer.unwrap(layouts, 'layout')
}
