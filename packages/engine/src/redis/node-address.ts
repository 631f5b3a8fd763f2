/** The address of one Redis server, such as a Cluster node. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

/** Returns whether both are the same address, or both unknown. */
export function isSameAddress(
  one: NodeAddress | undefined,
  other: NodeAddress | undefined,
): boolean {
  return one?.host === other?.host && one?.port === other?.port;
}
