import {
  checkReceiver,
  checkRoute,
  type Checked,
  type ReceiverInput,
  type RouteInput,
} from '@iot/notification';

export interface NotifyFile {
  readonly receivers: readonly ReceiverInput[];
  readonly routes: readonly RouteInput[];
}

/**
 * Reads the text of NOTIFY_FILE: `{"receivers": […], "routes": […]}`, each as the API takes it.
 * Secrets do not belong into a file that is kept in git, so webhooks name variables.
 * @returns the file, or a line for each thing that is wrong: then nothing of it counts
 */
export function parseNotifyFile(text: string): NotifyFile | { readonly problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problems: [`is no JSON: ${(error as Error).message}`] };
  }
  const { receivers, routes, ...others } = Object(json) as Record<string, unknown>;
  const problems = Object.keys(others).map((key) => `${key.slice(0, 40)} is not known here`);
  const read = <T extends { readonly name: string }>(
    name: string,
    list: unknown,
    check: (entry: unknown) => Checked<T>,
  ): T[] => {
    if (list === undefined) return [];
    if (!Array.isArray(list)) {
      problems.push(`${name} must be a list`);
      return [];
    }
    const entries = list.flatMap((entry, i) => {
      const found = check(entry);
      if ('value' in found) return [found.value];
      for (const { message } of found.errors) problems.push(`${name}[${i}]: ${message}`);
      return [];
    });
    const names = entries.map((entry) => entry.name);
    for (const twice of names.filter((one, i) => names.indexOf(one) !== i))
      problems.push(`${name}: ${twice} is there twice`);
    return entries;
  };
  const file = {
    receivers: read('receivers', receivers, (entry) => checkReceiver(entry, true)),
    routes: read('routes', routes, checkRoute),
  };
  for (const { name, fields } of file.receivers)
    if (fields.kind === 'webhook' && !fields.env)
      problems.push(`receivers: ${name} is to name variables: url_env and secret_env`);
  return problems.length > 0 ? { problems } : file;
}
