import { ApiProperty } from '@nestjs/swagger';

/** The answer of `GET /`. */
export class Overview {
  @ApiProperty({ example: 'IoT telemetry dashboard API' }) name!: string;
  @ApiProperty({ example: '0.1.0' }) version!: string;
  @ApiProperty({ example: 'Lists have the newest first.' }) about!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { '/telemetry': 'readings of all devices' },
  })
  endpoints!: Readonly<Record<string, string>>;
}
