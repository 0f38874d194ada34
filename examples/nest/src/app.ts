// The module: a controller, and the service that forks a process for each report.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Controller, Get, Injectable, Logger, Module, Param } from '@nestjs/common'

const REPORT = fileURLToPath(new URL('./report.js', import.meta.url))

@Injectable()
export class Reports {
  private readonly logger = new Logger(Reports.name)

  async make(id: string) {
    this.logger.log(`report ${id} was asked for`)
    const [code] = await once(fork(REPORT, [id]), 'exit')
    return { id, code }
  }
}

@Controller('reports')
export class ReportsController {
  constructor(private readonly reports: Reports) {}

  @Get(':id')
  get(@Param('id') id: string) {
    return this.reports.make(id)
  }
}

@Module({ controllers: [ReportsController], providers: [Reports] })
export class AppModule {}
