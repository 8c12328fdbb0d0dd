import type { Admin } from 'kafkajs';
import { cutBytes } from './failure.js';

/**
 * Whether a consumer group is this service's alone. Two services in one group share its
 * partitions, and each commits what the other never sees: nothing of a group may be handled before
 * its members are known.
 */
export class GroupMembers {
  private ownId: string | undefined;
  /** Grows with each join: what was asked before says nothing of the members now. */
  private joins = 0;
  private asked: Promise<void> | undefined;
  private shared: Error | undefined;
  private alone = false;

  constructor(
    private readonly admin: () => Pick<Admin, 'describeGroups'>,
    private readonly group: string,
  ) {}

  /** This member has joined: others may have, too. */
  joined(memberId: string): void {
    this.ownId = memberId;
    this.joins++;
    this.asked = undefined;
    this.alone = false;
    this.shared = undefined;
  }

  /** Whether there is nothing to ask since the last join. */
  get areKnown(): boolean {
    return this.alone;
  }

  /** @throws Error while members of another service are known to be in the group */
  check(): void {
    if (this.shared) throw this.shared;
  }

  /**
   * Asks the broker, once for all who wait for it.
   * @throws Error when members of another service are in the group, or nothing is known of them
   */
  ask(): Promise<void> {
    const { joins } = this;
    this.asked ??= this.askBroker(joins).finally(() => {
      if (this.joins === joins) this.asked = undefined;
    });
    return this.asked;
  }

  private async askBroker(joins: number): Promise<void> {
    const { groups } = await this.admin().describeGroups([this.group]);
    const members = groups.flatMap((group) => group.members);
    const own = members.find(({ memberId }) => memberId === this.ownId);
    if (!own || joins !== this.joins) throw new Error(`${this.group} is changing its members`);
    const others = new Set(
      members.map(({ clientId }) => clientId).filter((clientId) => clientId !== own.clientId),
    );
    this.alone = others.size === 0;
    this.shared = this.alone
      ? undefined
      : new Error(
          `${this.group} has members of another service, ` +
            `${cutBytes([...others].join(', '), 200)}, which would take a part of the records: ` +
            'give each service a CONSUMER_GROUP of its own',
        );
    this.check();
  }
}
