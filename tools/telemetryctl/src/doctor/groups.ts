import { consumersOf } from '@iot/register';
import type { Platform } from '../connection/platform.js';
import type { Finding } from './core/finding.js';
import { memberFindings, otherReaders } from './core/group-findings.js';

/** Who is in the groups of the platform, and which other groups this user may see. */
export async function checkGroups({ admin, config }: Platform): Promise<Finding[]> {
  const consumers = [...consumersOf('TELEMETRY_TOPIC'), ...consumersOf('ALERTS_TOPIC')];
  const ours = consumers.map(({ group }) => config[group.variable]);
  const { groups: described } = await admin.describeGroups(ours);
  const findings = consumers.map(({ name, group }) => {
    const members = described.find(({ groupId }) => groupId === config[group.variable])?.members;
    return memberFindings(
      config[group.variable],
      name,
      (members ?? []).map(({ clientId, clientHost }) => ({ clientId, host: clientHost })),
    );
  });
  const { groups } = await admin.listGroups();
  const others = groups.map(({ groupId }) => groupId).filter((group) => !ours.includes(group));
  return [...findings, otherReaders(config.TELEMETRY_TOPIC, others)];
}
