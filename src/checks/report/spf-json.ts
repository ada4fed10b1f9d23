// The tree of an SPF record as plain data: every term, what it costs, and what stands behind it.
import { hostText } from '../../dns/name.ts';
import { SPF_LOOKUPS_MAX, SPF_VOIDS_MAX } from '../../policies/spf.ts';
import type { SpfBranch, SpfNode, SpfTree } from '../../policies/spf-tree.ts';

export function spfJson(tree: SpfTree): object {
  const { lookups, voids, ipv4Count, ipv6Count, isOpen, isCut, root } = tree;
  return {
    lookups,
    lookupsMax: SPF_LOOKUPS_MAX,
    voids,
    voidsMax: SPF_VOIDS_MAX,
    ipv4Count,
    ipv6Count,
    isOpen,
    isCut,
    record: branchJson(root),
  };
}

function branchJson(branch: SpfBranch): object {
  const { kind } = branch;
  const domain = 'domain' in branch ? { domain: hostText(branch.domain) } : {};
  switch (branch.kind) {
    case 'record':
      return { kind, ...domain, text: branch.record.text, terms: branch.nodes.map(nodeJson) };
    case 'none':
      return { kind, ...domain, exists: branch.isName };
    case 'several':
      return { kind, ...domain, texts: branch.texts };
    case 'failure':
      return { kind, ...domain, because: branch.because };
    case 'no-domain':
      return { kind, text: branch.text };
    case 'loop':
    case 'open':
    case 'cut':
      return { kind, ...domain };
  }
}

function nodeJson(node: SpfNode): object {
  const { text, lookups, voids, isReached, isOpen, networks, fault, failure, branch } = node;
  return {
    text,
    lookups,
    voids,
    isReached,
    isOpen,
    networks: networks.map((network) => network.text),
    ...(fault && { fault: fault.because }),
    ...(failure !== undefined && { because: failure }),
    ...(branch && { record: branchJson(branch) }),
  };
}
