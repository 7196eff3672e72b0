/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links between routers are point to point: both ends bear the same hardware address and resolve
 * none, so that no first packet waits for, or is lost with, an ARP exchange. Only the LAN, where
 * two hosts and a router meet on a bridge, resolves neighbours.
 */

#include "lab/topology.h"

#define HOST_PART 10
#define SECOND_PART 11
/* The second external address ends in 129, and so on. */
#define POOL_PART 128

static const struct {
    const char *name;
    const char *public; /* the first three octets */
} sides[NP_LAB_N_SITES] = {
    [NP_LAB_LEFT] = { "left", "198.51.100" },
    [NP_LAB_RIGHT] = { "right", "203.0.113" },
    [NP_LAB_THIRD] = { "third", "198.18.0" },
};

const char *
np_lab_side_text(NpLabSide side)
{
    return sides[side].name;
}

static void
node_free(gpointer data)
{
    NpLabNode *node = data;

    g_free(node->name);
    g_free(node->ruleset);
    g_string_free(node->setup, TRUE);
    g_free(node);
}

static guint
add_node(NpLabTopology *self, gboolean router, char *name)
{
    NpLabNode *node = g_new0(NpLabNode, 1);

    node->name = name;
    node->router = router;
    node->setup = g_string_new("link set dev lo up\n");
    g_ptr_array_add(self->nodes, node);
    return self->nodes->len - 1;
}

const NpLabNode *
np_lab_topology_node(const NpLabTopology *self, guint node)
{
    return g_ptr_array_index(self->nodes, node);
}

static void G_GNUC_PRINTF(3, 4) do_in(NpLabTopology *self, guint node, const char *format, ...)
{
    GString *setup = np_lab_topology_node(self, node)->setup;
    va_list arguments;

    va_start(arguments, format);
    g_string_append_vprintf(setup, format, arguments);
    va_end(arguments);
    g_string_append_c(setup, '\n');
}

static void
add_link(NpLabTopology *self, guint a, const char *a_name, guint b, const char *b_name)
{
    NpLabLink link = { .ends = { { .node = a }, { .node = b } } };

    g_strlcpy(link.ends[0].name, a_name, sizeof link.ends[0].name);
    g_strlcpy(link.ends[1].name, b_name, sizeof link.ends[1].name);
    g_array_append_val(self->links, link);
}

static void
join(NpLabTopology *self, guint node, const char *name, guint address)
{
    do_in(self, node, "link set dev %s address 02:00:00:00:00:%02x arp off up", name, address);
}

/* A point-to-point link, straight or over the wire. */
static void
add_span(NpLabTopology *self, guint a, const char *a_name, guint b, const char *b_name)
{
    guint address = self->links->len;
    NpLabSpan span;

    if (self->wire == G_MAXUINT) {
        add_link(self, a, a_name, b, b_name);
    } else {
        g_snprintf(span.inner, sizeof span.inner, "%s-in", b_name);
        g_snprintf(span.outer, sizeof span.outer, "%s-out", b_name);
        add_link(self, a, a_name, self->wire, span.inner);
        add_link(self, self->wire, span.outer, b, b_name);
        do_in(self, self->wire, "link set dev %s up", span.inner);
        do_in(self, self->wire, "link set dev %s up", span.outer);
        g_array_append_val(self->spans, span);
    }
    join(self, a, a_name, address);
    join(self, b, b_name, address);
    /* The wire is to lose and delay packets, not the 64 KiB that offloading puts together. */
    if (self->wire != G_MAXUINT) {
        do_in(self, a, "link set dev %s gso_max_segs 1", a_name);
        do_in(self, b, "link set dev %s gso_max_segs 1", b_name);
    }
}

/* Whether addresses on the inner side of @layer are private. */
static gboolean
is_private(const NpNatSpec *spec, guint layer)
{
    for (guint i = layer; i < spec->n_layers; i++)
        if (spec->layers[i].behaviour.translated)
            return TRUE;
    return FALSE;
}

/* The first three octets of the network on the inner side of @layer; outside all, the public one.
 */
static char *
network_of(const NpNatSpec *spec, NpLabSide side, guint layer)
{
    guint number = side + 1;

    if (!is_private(spec, layer))
        return g_strdup(sides[side].public);
    if (spec->layers[layer].behaviour.cgn)
        return g_strdup_printf("100.64.%u", 16 * layer + number);
    if (layer == 0)
        return g_strdup_printf("192.168.%u", number);
    return g_strdup_printf("10.%u.%u", layer, number);
}

static guint
add_host(
    NpLabTopology *self, NpLabSide side, guint router, const char *port, guint part, char *name)
{
    g_autofree char *lan = network_of(&self->sites[side].spec, side, 0);
    guint host = add_node(self, FALSE, name);

    add_link(self, host, "eth0", router, port);
    do_in(self, host, "addr add %s.%u/24 dev eth0", lan, part);
    do_in(self, host, "addr add 2001:db8:%u::%u/64 dev eth0 nodad", side + 1, part);
    /* Neighbour discovery for a forwarded packet asks from a link-local address or not at all. */
    do_in(self, host, "addr add fe80::%u/64 dev eth0 nodad", part);
    do_in(self, host, "link set dev eth0 up");
    do_in(self, host, "route add default via %s.1 dev eth0 onlink", lan);
    do_in(self, host, "route add ::/0 via 2001:db8:%u::1 dev eth0 onlink", side + 1);
    do_in(self, router, "link set dev %s master lan up", port);
    return host;
}

static void
add_lan(NpLabTopology *self, NpLabSide side, guint router)
{
    NpLabSite *site = &self->sites[side];
    g_autofree char *lan = network_of(&site->spec, side, 0);
    const char *name = sides[side].name;

    do_in(self, router, "link add name lan type bridge mcast_snooping 0");
    do_in(self, router, "addr add %s.1/24 dev lan", lan);
    do_in(self, router, "addr add 2001:db8:%u::1/64 dev lan nodad", side + 1);
    do_in(self, router, "addr add fe80::1/64 dev lan nodad");
    do_in(self, router, "link set dev lan up");
    site->host = add_host(self, side, router, "host", HOST_PART, g_strdup(name));
    site->second =
        add_host(self, side, router, "second", SECOND_PART, g_strdup_printf("%s-second", name));
    g_snprintf(site->local, sizeof site->local, "%s.%u", lan, HOST_PART);
    g_snprintf(site->second_local, sizeof site->second_local, "%s.%u", lan, SECOND_PART);
    g_snprintf(site->local6, sizeof site->local6, "2001:db8:%u::%u", side + 1, HOST_PART);
}

/* What a router further out must know of the inside, and its own addresses there. */
static void
add_between(NpLabTopology *self, NpLabSide side, guint layer, guint router)
{
    const NpNatSpec *spec = &self->sites[side].spec;

    if (is_private(spec, layer)) {
        g_autofree char *own = network_of(spec, side, layer);
        do_in(self, router, "addr add %s.1/32 dev lan", own);
    }
    do_in(self, router, "addr add 2001:db8:%u:%u::1/128 dev lan nodad", side + 1, layer);
    do_in(self, router, "route add 2001:db8:%u::/48 dev lan", side + 1);
    for (guint i = 0; i <= layer; i++) {
        g_autofree char *inner = network_of(spec, side, i);
        do_in(self, router, "route replace %s.0/24 dev lan", inner);
    }
}

/* The kernel must not have the addresses of a model, or it would answer for it. */
static void
add_external(NpLabTopology *self, NpLabLayer *layer)
{
    const NpNatSpec *spec = &self->sites[layer->side].spec;
    const NpNatSpecLayer *what = &spec->layers[layer->layer];
    g_autofree char *outside = network_of(spec, layer->side, layer->layer + 1);
    guint first = is_private(spec, layer->layer + 1) ? 2 : 1;

    layer->n_external = what->behaviour.translated ? what->n_external : 0;
    for (guint i = 0; i < layer->n_external; i++) {
        g_snprintf(layer->external[i], sizeof layer->external[i], "%s.%u", outside,
                   i == 0 ? first : POOL_PART + i);
        if (!what->model)
            do_in(self, layer->node, "addr add %s/32 dev wan", layer->external[i]);
    }
}

static void
add_rules(NpLabTopology *self, const NpLabLayer *at)
{
    const NpNatSpec *spec = &self->sites[at->side].spec;
    NpLabNode *node = g_ptr_array_index(self->nodes, at->node);
    NpLabNat nat = {
        .behaviour = spec->layers[at->layer].behaviour,
        .model = spec->layers[at->layer].model,
    };
    guint owner = at->layer;

    node->model = nat.model;
    if (nat.behaviour.translated) {
        g_strlcpy(nat.external, at->external[0], sizeof nat.external);
        /* Who sends first from inside: the next NAT there, or else the host. */
        while (owner > 0 && !spec->layers[owner - 1].behaviour.translated)
            owner--;
        g_autofree char *inside = network_of(spec, at->side, owner);
        g_snprintf(nat.subscriber, sizeof nat.subscriber, "%s.%u", inside,
                   owner > 0 ? 2 : HOST_PART);
    }
    node->ruleset = np_lab_ruleset_text(&nat);
}

static void
add_site(NpLabTopology *self, NpLabSide side, const NpNatSpec *spec)
{
    NpLabSite *site = &self->sites[side];
    guint inner = G_MAXUINT;

    site->present = TRUE;
    site->spec = *spec;
    site->translated = is_private(spec, 0);
    for (guint i = 0; i < spec->n_layers; i++) {
        guint router = add_node(self, TRUE, g_strdup_printf("%s-nat%u", sides[side].name, i));
        g_autofree char *lan = network_of(spec, side, i);

        site->layers[i] = (NpLabLayer){ .node = router, .side = side, .layer = i };
        g_snprintf(site->layers[i].inside, sizeof site->layers[i].inside, "%s.1", lan);
        if (i == 0) {
            add_lan(self, side, router);
        } else {
            add_link(self, inner, "wan", router, "lan");
            join(self, inner, "wan", self->links->len);
            join(self, router, "lan", self->links->len);
            add_between(self, side, i, router);
        }
        inner = router;
    }
    add_span(self, inner, "wan", self->internet, sides[side].name);
    for (guint i = 0; i < spec->n_layers; i++) {
        do_in(self, site->layers[i].node, "route add default dev wan");
        do_in(self, site->layers[i].node, "route add ::/0 dev wan");
        add_external(self, &site->layers[i]);
        add_rules(self, &site->layers[i]);
    }
    do_in(self, self->internet, "route add %s.0/24 dev %s", sides[side].public, sides[side].name);
    do_in(self, self->internet, "route add 2001:db8:%u::/48 dev %s", side + 1, sides[side].name);
    g_snprintf(site->external, sizeof site->external, "%s.%u", sides[side].public,
               site->translated ? 1 : HOST_PART);
}

static void
add_server(NpLabTopology *self)
{
    static const char *const addresses[] = {
        NP_LAB_SERVER "/32",
        NP_LAB_SERVER_ALT "/32",
        NP_LAB_SERVER6 "/128 nodad",
        NP_LAB_SERVER6_ALT "/128 nodad",
    };

    self->internet = add_node(self, TRUE, g_strdup("internet"));
    self->server = add_node(self, FALSE, g_strdup("server"));
    add_link(self, self->server, "eth0", self->internet, "server");
    join(self, self->server, "eth0", 0);
    join(self, self->internet, "server", 0);
    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++)
        do_in(self, self->server, "addr add %s dev eth0", addresses[i]);
    do_in(self, self->server, "route add default dev eth0");
    do_in(self, self->server, "route add ::/0 dev eth0");
    do_in(self, self->internet, "addr add 192.0.2.1/32 dev server");
    do_in(self, self->internet, "addr add 2001:db8:f::1/128 dev server nodad");
    do_in(self, self->internet, "route add 192.0.2.0/24 dev server");
    do_in(self, self->internet, "route add 2001:db8:f::/64 dev server");
}

/* A model takes packets as they are on a wire, not the 64 KiB that offloading puts together. */
static void
limit_towards_models(NpLabTopology *self)
{
    for (guint i = 0; i < self->links->len; i++) {
        const NpLabLink *link = &g_array_index(self->links, NpLabLink, i);

        for (guint end = 0; end < 2; end++)
            if (np_lab_topology_node(self, link->ends[1 - end].node)->model)
                do_in(self, link->ends[end].node, "link set dev %s gso_max_segs 1",
                      link->ends[end].name);
    }
}

NpLabTopology *
np_lab_topology_new(const NpNatSpec *const specs[NP_LAB_N_SITES], gboolean wired)
{
    NpLabTopology *self = g_new0(NpLabTopology, 1);

    self->nodes = g_ptr_array_new_with_free_func(node_free);
    self->links = g_array_new(FALSE, FALSE, sizeof(NpLabLink));
    self->spans = g_array_new(FALSE, FALSE, sizeof(NpLabSpan));
    self->wire = wired ? add_node(self, FALSE, g_strdup("wire")) : G_MAXUINT;
    add_server(self);
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        if (specs[i] != NULL)
            add_site(self, (NpLabSide)i, specs[i]);
    limit_towards_models(self);
    return self;
}

void
np_lab_topology_free(NpLabTopology *self)
{
    g_ptr_array_unref(self->nodes);
    g_array_unref(self->links);
    g_array_unref(self->spans);
    g_free(self);
}

char *
np_lab_topology_hosts(const NpLabTopology *self)
{
    static const char *const fixed[][2] = {
        { "127.0.0.1", "localhost" },        { "::1", "localhost" },
        { NP_LAB_SERVER, "server" },         { NP_LAB_SERVER6, "server" },
        { NP_LAB_SERVER_ALT, "server-alt" }, { NP_LAB_SERVER6_ALT, "server-alt" },
        { NP_LAB_SERVER, "server4" },        { NP_LAB_SERVER6, "server6" },
    };
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_string_append_printf(text, "%s %s\n", fixed[i][0], fixed[i][1]);
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        if (self->sites[i].present)
            g_string_append_printf(text, "%s %s\n%s %s\n", self->sites[i].external, sides[i].name,
                                   self->sites[i].local6, sides[i].name);
    return g_string_free(text, FALSE);
}
