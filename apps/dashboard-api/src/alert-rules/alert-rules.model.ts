import { ApiProperty } from '@nestjs/swagger';

const RULE = {
  type: 'object' as const,
  additionalProperties: true,
  example: {
    name: 'hot-press',
    enabled: true,
    severity: 'warning',
    message: '{{sensor}} of {{device}} is {{value}} {{unit}}',
    labels: { team: 'presses' },
    selector: { device: 'plant-7.*', sensor: 'temperature_c' },
    condition: { kind: 'above', bound: 80, clear_at: 75, for: '2m', critical: 95 },
  },
  description: 'docs/alerting.md has each field, and an example of each kind of condition',
};

/** A version of a rule. */
export class RuleVersion {
  @ApiProperty({ type: 'integer', example: 3 }) version!: number;
  @ApiProperty({ ...RULE, nullable: true, description: 'Null: the rule was deleted' })
  rule!: object | null;
  @ApiProperty({ description: 'Who made it', example: 'ada' }) by!: string;
  @ApiProperty({ type: 'string', format: 'date-time' }) at!: string;
}

/** A rule as served. */
export class ServedRule {
  @ApiProperty({ example: 'hot-press' }) name!: string;
  @ApiProperty({ type: 'integer', example: 3 }) version!: number;
  @ApiProperty(RULE) rule!: object;
  @ApiProperty({
    description: '`api`, or the file or ConfigMap that keeps it: it is changed there alone',
    example: 'api',
  })
  origin!: string;
  @ApiProperty({ example: 'ada' }) updated_by!: string;
  @ApiProperty({ type: 'string', format: 'date-time' }) updated_at!: string;
}

/** A rule with its versions, the newest first. */
export class RuleWithVersions extends ServedRule {
  @ApiProperty({ type: [RuleVersion] }) versions!: RuleVersion[];
}

/** All rules, by name. */
export class ServedRules {
  @ApiProperty({ type: [ServedRule] }) data!: ServedRule[];
}

export const API_RULE = RULE;
