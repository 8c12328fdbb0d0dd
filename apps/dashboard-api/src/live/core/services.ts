import { SERVICES } from '@iot/register';
import type { Platform, PlatformComponent } from '../../platform/platform.model.js';
import type { LiveService } from '../live.model.js';

/**
 * How each service is, as far as it can be told: in a cluster by its pods, elsewhere by the members
 * of its consumer group. What nobody can say is unknown, not down.
 */
export function servicesOf(platform: Platform): LiveService[] {
  const { cluster, kafka, process } = platform;
  return SERVICES.map(({ name, ...service }) => {
    const component = cluster?.components.find((each) => each.component === name);
    if (component && (component.deployment ?? component.pods)) return ofPods(name, component);
    if (name === process.service) return { name, state: 'up', detail: 'answers you' };
    const group = 'group' in service ? service.group.name : undefined;
    if (group !== undefined && !kafka.groups)
      return { name, state: 'unknown', detail: 'Kafka does not answer' };
    // Kafka is asked of the groups of readings alone.
    const members = kafka.groups?.find((each) => each.group === group)?.members;
    if (members === undefined)
      return { name, state: 'unknown', detail: 'not known outside a cluster' };
    return members > 0
      ? { name, state: 'up', detail: members === 1 ? '1 runs' : `${members} run` }
      : { name, state: 'down', detail: 'its consumer group has no members' };
  });
}

function ofPods(name: string, { deployment, pods }: PlatformComponent): LiveService {
  const wanted = deployment?.desired ?? pods?.count ?? 0;
  const ready = deployment?.ready ?? pods?.ready ?? 0;
  const waiting = pods?.waiting.join(', ');
  const detail = `${ready} of ${wanted} pods are ready${waiting ? `: ${waiting}` : ''}`;
  if (wanted === 0) return { name, state: 'unknown', detail: 'no pods are wanted' };
  return { name, state: ready === 0 ? 'down' : ready < wanted ? 'degraded' : 'up', detail };
}
