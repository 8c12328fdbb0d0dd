import { Requires } from '@iot/access';
import { ProblemError } from '@iot/service';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageFiles } from './page-files.js';
import { sendFile } from './send-file.js';

/**
 * What a browser loads. The views of the page stand below `/ui`, so that no address of the API
 * means two things; the first of them is also at `/`.
 */
@Requires('anyone')
@ApiExcludeController()
@Controller()
export class PageController {
  constructor(private readonly files: PageFiles) {}

  @Get(['ui', 'ui/*'])
  view(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { page } = this.files;
    if (!page) throw new ProblemError(404, 'The page was not built: run `npm run build`.');
    sendFile(request, reply, page);
  }

  @Get(['assets/:file', 'favicon.svg', 'licences.md'])
  file(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const file = this.files.get(request.url.split('?', 1)[0]!);
    if (!file) throw new ProblemError(404, 'There is no such file.');
    sendFile(request, reply, file);
  }
}
