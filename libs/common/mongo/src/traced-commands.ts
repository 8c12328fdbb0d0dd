import type { CommandStartedEvent, MongoClient } from 'mongodb';
import type { Span, Tracing } from '@iot/tracing';

/**
 * Keeps a span of each command that is sent for something that is traced. What the command says
 * beside the collection stays here: it holds what people store. @param client that monitors its
 * commands
 */
export function traceCommands(client: MongoClient, tracing: Tracing): void {
  const spans = new Map<number, Span>();
  const end = (request: number, failure?: Error): void => {
    const span = spans.get(request);
    if (!span) return;
    spans.delete(request);
    if (failure) span.fail(failure);
    else span.end();
  };
  client.on('commandStarted', (event) => {
    const span = tracing.current()?.child(nameOf(event), {
      kind: 'client',
      attributes: {
        'db.system.name': 'mongodb',
        'db.namespace': event.databaseName,
        'db.operation.name': event.commandName,
        ...collectionOf(event),
      },
    });
    if (span) spans.set(event.requestId, span);
  });
  client.on('commandSucceeded', ({ requestId }) => end(requestId));
  client.on('commandFailed', ({ requestId, failure }) => end(requestId, failure));
}

const collectionOf = ({ commandName, command }: CommandStartedEvent) => {
  const name: unknown = command[commandName === 'getMore' ? 'collection' : commandName];
  return typeof name === 'string' ? { 'db.collection.name': name } : undefined;
};

function nameOf(event: CommandStartedEvent): string {
  const collection = collectionOf(event)?.['db.collection.name'];
  return collection === undefined ? event.commandName : `${event.commandName} ${collection}`;
}
