import { Controller, Module, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GetList } from '../lists/get-list.js';
import { ListsModule } from '../lists/lists.module.js';
import { AUDIT, AuditQuery } from './audit.list.js';

/** Who did what. */
@ApiTags('accounts')
@Controller('audit')
export class AuditController {
  @GetList('', AUDIT, {
    summary: 'Who did what, to what, from where and how it ended, the last first',
    index: 'who did what, for admins',
    requires: 'admin',
  })
  all(@Query() query: AuditQuery) {
    return query;
  }
}

@Module({ imports: [ListsModule], controllers: [AuditController] })
export class AuditModule {}
