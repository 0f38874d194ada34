// Functions: stand in for functions of a child, and for what only can be made anew. They do nothing, and print the same.

import type { Tagged } from '../capture/objects.js'
import { hide, prototypeFor } from './classes.js'

type Make = () => object

const MAKERS: Readonly<Record<string, Make>> = {
  arrow: () => () => {},
  class: () => class {},
  AsyncFunction: () => async () => {},
  GeneratorFunction: () => function* () {},
  AsyncGeneratorFunction: () => async function* () {},
}

/** A function of the same kind, with the name and the source of the child's. */
export function functionFor({ v: name, kind, above, length = 0, text }: Tagged): object {
  const make = MAKERS[String(kind)] ?? usual
  const made = above === undefined ? make() : classBelow(String(above))
  hideFixed(made, 'length', length)
  hideFixed(made, 'name', name)
  // A member of its own would be shown by `%o`.
  const prototype: object = Object.create(Object.getPrototypeOf(made) as object)
  hide(prototype, 'toString', () => text)
  Object.setPrototypeOf(made, prototype)
  return made
}

// biome-ignore lint/complexity/useArrowFunction: an arrow function has no prototype, and prints so
const usual: Make = () => function () {}

function classBelow(name: string): object {
  const known: unknown = (globalThis as Record<string, unknown>)[name]
  const above =
    typeof known === 'function'
      ? known
      : (prototypeFor(name, Object).constructor as new () => object)
  return class extends (above as new () => object) {}
}

export function objectFor(kind: unknown): object {
  if (kind === 'GeneratorObject') return (function* () {})()
  return kind === 'WeakSet' ? new WeakSet() : new WeakMap()
}

function hideFixed(made: object, key: string, value: unknown): void {
  Object.defineProperty(made, key, { value, configurable: true })
}
