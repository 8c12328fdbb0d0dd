import { ApiProperty } from '@nestjs/swagger';

/** A sensor that readings may have. */
export class Sensor {
  @ApiProperty({ example: 'temperature_c' }) name!: string;
  @ApiProperty({ example: '°C' }) unit!: string;
}

/** The answer of `/sensors`. */
export class Sensors {
  @ApiProperty({ type: [Sensor] }) data!: Sensor[];
}
