/*
 * plan: what a source can be told about reading its packets. Zeroed it is the
 * usual: connections are named by their inner addresses and ports alone,
 * tunnels have the ports of layers.c, and one segment in 64 has its checksums
 * verified.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Wrong checksums are counted, not dropped: a mirror on the sending host shows all
 * of its packets so, because the card fills them in later. What carries the sum of
 * the pseudo header alone is such a packet and is counted apart, never as wrong.
 */
enum checksum_mode {
	CHECKSUMS_SAMPLE, /* one segment in CHECKSUM_EVERY: the share is what tells, and it costs nothing */
	CHECKSUMS_IGNORE,
	CHECKSUMS_COUNT, /* all of them: some 0.1 microseconds for a full segment */
	CHECKSUMS_DROP,  /* all of them, and wrong ones are drops: what the server ignores, too */
};

#define CHECKSUM_EVERY 64

enum tunnel { TUNNEL_VXLAN, TUNNEL_GENEVE, TUNNEL_GTPU, TUNNEL_COUNT };

#define TUNNEL_PORTS_MAX 8

struct tunnel_ports {
	uint16_t list[TUNNEL_PORTS_MAX];
	size_t count; /* 0: the usual ones */
};

struct capture_plan {
	enum checksum_mode checksums;
	bool is_vlan_key,
		is_vni_key; /* for tenants whose addresses overlap: the network is part of the key */
	struct tunnel_ports tunnels[TUNNEL_COUNT];
};
