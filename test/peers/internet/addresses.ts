// Who has which address in the closed internet. All are invented, and none is of a special-purpose
// network, since a checker dials nothing that is not global.

/** A host in both families. */
export interface Address {
  readonly v4: string;
  readonly v6: string;
}

/** What is local: everything in these networks is on the one machine that there is. */
export const LOCAL_NETWORKS: Address = { v4: '11.0.0.0/9', v6: '2a0f:4000::/18' };

/** Each number is a network of its own, in both families. */
export const at = (network: number, host: number): Address => ({
  v4: `11.${network}.0.${host}`,
  v6: `2a0f:4${String(network).padStart(3, '0')}::${host}`,
});

/** The first of the mail hosts, `mx1.post.test`; the others are in the networks after it. */
const FIRST_MAIL_NETWORK = 20;
export const MX1 = at(FIRST_MAIL_NETWORK, 25);
export const mailNetwork = (index: number): Address => at(FIRST_MAIL_NETWORK + index, 25);

/** Ten mail hosts with IPv4 addresses only. */
export const ofTen = (index: number): Address => at(100 + index, 25);

/** The machine that looks: its own addresses, outside of the local networks. */
export const CLIENT: Address = { v4: '11.200.0.10', v6: '2a0f:c800::10' };
export const CLIENT_HOST = 'probe.looking.test';
export const ROUTERS: Address = { v4: '11.200.0.1', v6: '2a0f:c800::1' };

/** Nobody is there, and nobody says so. */
export const SILENT: Address = { v4: '11.240.0.1', v6: '2a0f:f000::1' };

/** Nobody listens there, and the machine says so. */
export const CLOSED: Address = at(90, 1);

/** The resolver that the machine that looks has. */
export const RESOLVER = '127.0.0.1';

export const ROOTS = [
  { host: 'a.root-servers.test.', ...at(1, 53) },
  { host: 'b.root-servers.test.', ...at(2, 53) },
] as const;

/** The servers of `test` and of `example`: one is Knot, one is BIND. */
export const REGISTRY = {
  knot: { host: 'a.nic.test.', ...at(3, 53) },
  bind: { host: 'b.nic.test.', ...at(4, 53) },
} as const;

export type Program = 'nsd' | 'knot' | 'bind';

/** The servers of the domains. */
export const HOSTING: Readonly<Record<Program, Address & { readonly host: string }>> = {
  nsd: { host: 'ns1.hosting.test.', ...at(11, 53) },
  knot: { host: 'ns2.hosting.test.', ...at(12, 53) },
  bind: { host: 'ns3.hosting.test.', ...at(13, 53) },
};

/** More addresses of the same programs, for domains whose servers have names of their own. */
export const VANITY: Readonly<Record<Program, Address>> = {
  nsd: at(11, 54),
  knot: at(12, 54),
  bind: at(13, 54),
};
