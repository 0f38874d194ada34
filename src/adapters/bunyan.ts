// The bunyan adapter.

import type { Adapter } from './adapter.js'

export const bunyanAdapter: Adapter = {
  name: 'bunyan',
  install: () => () => {},
  relay: () => false,
}
