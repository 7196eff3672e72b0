/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Arbitrary packets into an arbitrary NAT, from both sides
 *
 * Eight bytes choose the policy. Then packets, each behind four bytes: side and whether the IPv4
 * header's checksum is put right, quarter seconds since the one before, and the length.
 */

#include "fuzz/fuzz.h"
#include "nat/checksum.h"
#include "nat/raw.h"
#include "nat/rewrite.h"
#include "nat/router.h"
#include "util/reader.h"
#include "util/writer.h"

#include <string.h>

#define MAX_MAPPINGS 64
#define CAPACITY 2048

static NpNatPolicy
read_policy(NpReader *reader)
{
    NpNatBehaviour behaviour = { .reachable = TRUE, .translated = TRUE };
    NpNatPolicy policy = np_nat_policy_from_behaviour(&behaviour);
    guint8 dependences = np_reader_u8(reader);
    guint8 order = np_reader_u8(reader);
    guint8 flags = np_reader_u8(reader);
    guint8 answers = np_reader_u8(reader);

    policy.mapping = (NpNatDependence)(dependences % 3);
    policy.filtering = (NpNatDependence)(dependences / 3 % 3);
    policy.tcp_mapping = (NpNatDependence)(dependences / 9 % 3);
    policy.tcp_filtering = (NpNatDependence)(dependences / 27 % 3);
    policy.alg = dependences >= 81;
    policy.ports.order = (NpNatPortOrder)(order % 3);
    policy.ports.step = (gint8)np_reader_u8(reader);
    policy.ports.block_size = np_reader_u8(reader);
    policy.ports.blocks_per_host = order / 3 % 9;
    policy.ports.preserve = (flags & 1) != 0;
    policy.ports.keep_parity = (flags & 2) != 0;
    policy.ports.keep_class = (flags & 4) != 0;
    policy.ports.share = (flags & 8) != 0;
    policy.ports.reuse = (flags & 16) != 0;
    policy.paired = (flags & 32) != 0;
    policy.replies_keep_mapping = (flags & 64) != 0;
    policy.translates = (flags & 128) == 0;
    policy.unsolicited = (NpNatUnsolicited)(answers % 3);
    policy.answer = (NpNatAnswer)(answers / 3 % 2);
    policy.syn_answer = (NpNatSynAnswer)(answers / 6 % 3);
    policy.hairpin = (NpNatHairpin)(answers / 18 % 3);
    policy.hairpin_filtered = answers / 54 % 2 != 0;
    policy.tcp_loose = answers / 108 % 2 != 0;
    policy.refresh = (NpNatRefresh)(np_reader_u8(reader) % 2);
    policy.fragments = (NpNatFragments)(np_reader_u8(reader) % 3);
    policy.limits.mappings = MAX_MAPPINGS;
    policy.limits.full = NP_NAT_FULL_EVICT;
    return policy;
}

/* Random bytes hardly ever have a right checksum, and then nothing else would be tried. */
static void
seal(guint8 *bytes, gsize size)
{
    gsize header = (gsize)(bytes[0] & 0x0f) * 4;
    NpWriter writer = { .data = bytes, .capacity = size, .size = size };

    if (size < 20 || header < 20 || header > size)
        return;
    np_writer_patch_u16(&writer, 10, 0);
    np_writer_patch_u16(&writer, 10, np_nat_checksum_finish(np_nat_checksum_add(0, bytes, header)));
}

static void
check_readable(const guint8 *bytes, gsize size)
{
    NpNatPacket packet;
    NpNatFragmentInfo fragment;

    g_assert(np_nat_raw_read(bytes, size, &packet, &fragment) == NP_NAT_RAW_OK);
    g_assert(packet.ttl > 0);
}

static void
route(NpNatRouter *router,
      NpNatSide side,
      const guint8 *data,
      gsize size,
      gboolean sealed,
      NpTime now)
{
    g_autofree guint8 *bytes = g_malloc(CAPACITY);
    NpNatOutcome outcome = NP_NAT_HELD;
    GBytes *late = NULL;

    memcpy(bytes, data, size);
    if (sealed && size > 0)
        seal(bytes, size);
    outcome = np_nat_router_route(router, side, bytes, &size, CAPACITY, now);
    if (outcome == NP_NAT_TO_INSIDE || outcome == NP_NAT_TO_OUTSIDE)
        check_readable(bytes, size);
    while (np_nat_router_take(router, &side, &late)) {
        check_readable(g_bytes_get_data(late, NULL), g_bytes_get_size(late));
        g_bytes_unref(late);
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    NpReader reader = np_reader(data, size);
    NpNatPolicy policy = read_policy(&reader);
    g_autoptr(NpNatTranslator) translator = NULL;
    g_autoptr(NpNatRouter) router = NULL;
    NpAddress inside = np_address_ipv4(0x0a000001, 0);
    NpTime now = 0;

    if (reader.failed || np_nat_policy_flaw(&policy) != NULL)
        return 0;
    translator = np_nat_translator_new(&policy, np_rng_from_number(size));
    for (guint i = 0; i < 2; i++) {
        NpAddress external = np_address_ipv4(0xcb007101 + i, 0);

        np_nat_translator_add_external(translator, &external);
    }
    np_nat_translator_set_inside(translator, &inside);
    router = np_nat_router_new(translator, policy.fragments);
    while (np_reader_left(&reader) >= 4) {
        guint8 flags = np_reader_u8(&reader);
        guint8 quarters = np_reader_u8(&reader);
        guint16 asked = np_reader_u16(&reader) % CAPACITY;
        gsize length = MIN(asked, np_reader_left(&reader));

        now += quarters * NP_SECOND / 4;
        route(router, (flags & 1) != 0 ? NP_NAT_OUTSIDE : NP_NAT_INSIDE,
              np_reader_bytes(&reader, length), length, (flags & 2) != 0, now);
        g_assert(np_nat_translator_n_mappings(translator) <= MAX_MAPPINGS);
        if ((flags & 0xf0) == 0xf0)
            np_nat_translator_reboot(translator);
    }
    return 0;
}
