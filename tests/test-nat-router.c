/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-nat.h"
#include "fixture-raw.h"
#include "harness.h"
#include "nat/raw.h"
#include "nat/router.h"

#define CLIENT "10.0.0.2:5000"
#define SERVER "192.0.2.1:80"

typedef struct {
    NpBench bench;
    NpNatRouter *router;
} Rig;

static Rig *
rig_new(NpNatFragments fragments)
{
    NpNatPolicy policy = np_bench_policy();
    Rig *rig = g_new0(Rig, 1);

    rig->bench = np_bench_new(&policy, 1);
    rig->router = np_nat_router_new(rig->bench.translator, fragments);
    return rig;
}

static void
rig_free(Rig *rig)
{
    np_nat_router_free(rig->router);
    np_bench_clear(&rig->bench);
    g_free(rig);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rig, rig_free)

static NpNatOutcome
route(Rig *rig, NpNatSide side, FixtureRaw *raw)
{
    return np_nat_router_route(rig->router, side, raw->bytes, &raw->size, sizeof raw->bytes,
                               rig->bench.now);
}

static NpNatPacket
read_packet(const guint8 *bytes, gsize size)
{
    NpNatPacket packet;
    NpNatFragmentInfo fragment;

    g_assert(np_nat_raw_read(bytes, size, &packet, &fragment) == NP_NAT_RAW_OK);
    return packet;
}

static void
routes_bytes_there_and_back(void)
{
    g_autoptr(Rig) rig = rig_new(NP_NAT_FRAGMENTS_ANY_ORDER);

    for (guint protocol = NP_NAT_UDP; protocol <= NP_NAT_TCP; protocol++) {
        FixtureRaw raw = fixture_raw_data((NpNatProtocol)protocol, CLIENT, SERVER, "question");
        NpNatPacket seen;
        char external[NP_ADDRESS_TEXT_SIZE];
        NpAddress client = np_bench_address(CLIENT);

        if (protocol == NP_NAT_TCP)
            fixture_raw_set_flags(&raw, NP_NAT_SYN);
        NP_ASSERT_INT(route(rig, NP_NAT_INSIDE, &raw), NP_NAT_TO_OUTSIDE);
        CU_ASSERT(fixture_raw_is_sound(raw.bytes, raw.size));
        seen = read_packet(raw.bytes, raw.size);
        CU_ASSERT(seen.source.bytes[0] == 203);
        np_address_format(&seen.source, external);
        raw = fixture_raw_data((NpNatProtocol)protocol, SERVER, external, "answer");
        if (protocol == NP_NAT_TCP)
            fixture_raw_set_flags(&raw, NP_NAT_SYN | NP_NAT_ACK);
        NP_ASSERT_INT(route(rig, NP_NAT_OUTSIDE, &raw), NP_NAT_TO_INSIDE);
        CU_ASSERT(fixture_raw_is_sound(raw.bytes, raw.size));
        seen = read_packet(raw.bytes, raw.size);
        CU_ASSERT(np_address_equal(&seen.destination, &client));
    }
}

static void
answers_in_bytes(void)
{
    g_autoptr(Rig) rig = rig_new(NP_NAT_FRAGMENTS_ANY_ORDER);
    FixtureRaw raw = fixture_raw_data(NP_NAT_UDP, CLIENT, SERVER, "question");

    fixture_raw_set_ttl(&raw, 1);
    NP_ASSERT_INT(route(rig, NP_NAT_INSIDE, &raw), NP_NAT_TO_INSIDE);
    CU_ASSERT(fixture_raw_is_sound(raw.bytes, raw.size));
    NP_ASSERT_INT(read_packet(raw.bytes, raw.size).quote.type, 11);
}

/* Three fragments of a datagram, by number in the order they arrive. */
static guint
pass_fragments(NpNatFragments policy, const guint order[3], guint *n_late)
{
    g_autoptr(Rig) rig = rig_new(policy);
    FixtureRaw whole =
        fixture_raw_data(NP_NAT_UDP, CLIENT, SERVER, "0123456789012345678901234567890123456789");
    guint n_passed = 0;
    NpNatSide side = NP_NAT_INSIDE;
    GBytes *packet = NULL;

    *n_late = 0;
    for (guint i = 0; i < 3; i++) {
        FixtureRaw part = fixture_raw_fragment(&whole, order[i] * 16, 16, 7);

        if (route(rig, NP_NAT_INSIDE, &part) == NP_NAT_TO_OUTSIDE) {
            CU_ASSERT(read_packet(part.bytes, part.size).source.bytes[0] == 203);
            n_passed++;
        }
        while (np_nat_router_take(rig->router, &side, &packet)) {
            gsize size = 0;
            const guint8 *bytes = g_bytes_get_data(packet, &size);
            NpNatPacket seen = read_packet(bytes, size);

            NP_ASSERT_INT(side, NP_NAT_OUTSIDE);
            CU_ASSERT(seen.source.bytes[0] == 203 && seen.ttl == 63);
            g_bytes_unref(packet);
            ++*n_late;
        }
    }
    return n_passed;
}

static void
fragments_follow_the_first(void)
{
    static const struct {
        NpNatFragments policy;
        guint order[3];
        guint passed, late;
    } rows[] = {
        { NP_NAT_FRAGMENTS_ANY_ORDER, { 0, 1, 2 }, 3, 0 },
        { NP_NAT_FRAGMENTS_ANY_ORDER, { 2, 1, 0 }, 1, 2 },
        { NP_NAT_FRAGMENTS_ANY_ORDER, { 1, 0, 2 }, 2, 1 },
        { NP_NAT_FRAGMENTS_IN_ORDER, { 0, 2, 1 }, 3, 0 },
        { NP_NAT_FRAGMENTS_IN_ORDER, { 2, 1, 0 }, 1, 0 },
        { NP_NAT_FRAGMENTS_DROPPED, { 0, 1, 2 }, 0, 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint late = 0;

        NP_ASSERT_INT(pass_fragments(rows[i].policy, rows[i].order, &late), rows[i].passed);
        NP_ASSERT_INT(late, rows[i].late);
    }
}

static void
held_fragments_are_forgotten_in_time(void)
{
    g_autoptr(Rig) rig = rig_new(NP_NAT_FRAGMENTS_ANY_ORDER);
    FixtureRaw whole = fixture_raw_data(NP_NAT_UDP, CLIENT, SERVER, "01234567890123456789");
    FixtureRaw first = fixture_raw_fragment(&whole, 0, 16, 7);
    FixtureRaw second = fixture_raw_fragment(&whole, 16, 16, 7);
    NpNatSide side = NP_NAT_INSIDE;
    GBytes *packet = NULL;

    NP_ASSERT_INT(route(rig, NP_NAT_INSIDE, &second), NP_NAT_HELD);
    rig->bench.now = 31 * NP_SECOND;
    NP_ASSERT_INT(route(rig, NP_NAT_INSIDE, &first), NP_NAT_TO_OUTSIDE);
    CU_ASSERT(!np_nat_router_take(rig->router, &side, &packet));
}

static void
a_flood_of_fragments_is_bounded(void)
{
    g_autoptr(Rig) rig = rig_new(NP_NAT_FRAGMENTS_ANY_ORDER);
    g_autofree char *payload = g_strnfill(1400, 'x');
    FixtureRaw whole = fixture_raw_data(NP_NAT_UDP, CLIENT, SERVER, payload);
    guint n_held = 0;

    for (guint id = 0; id < 10; id++) {
        for (guint i = 0; i < 500; i++) {
            FixtureRaw part = fixture_raw_fragment(&whole, 16, 1300, (guint16)id);

            n_held += route(rig, NP_NAT_INSIDE, &part) == NP_NAT_HELD;
        }
    }
    CU_ASSERT(n_held > 2000 && n_held < 2500);
    for (guint id = 0; id < 3000; id++) {
        FixtureRaw part = fixture_raw_fragment(&whole, 16, 8, (guint16)(100 + id));

        route(rig, NP_NAT_INSIDE, &part);
    }
}

static void
later_fragments_of_what_was_refused_are_refused(void)
{
    g_autoptr(Rig) rig = rig_new(NP_NAT_FRAGMENTS_ANY_ORDER);
    FixtureRaw whole =
        fixture_raw_data(NP_NAT_UDP, SERVER, "203.0.113.1:5000", "01234567890123456789");
    FixtureRaw first = fixture_raw_fragment(&whole, 0, 16, 7);
    FixtureRaw second = fixture_raw_fragment(&whole, 16, 16, 7);

    NP_ASSERT_INT(route(rig, NP_NAT_OUTSIDE, &first), NP_NAT_DROPPED_UNSOLICITED);
    NP_ASSERT_INT(route(rig, NP_NAT_OUTSIDE, &second), NP_NAT_DROPPED_FRAGMENT);
}

static void
noise_is_dropped(void)
{
    g_autoptr(Rig) rig = rig_new(NP_NAT_FRAGMENTS_ANY_ORDER);
    FixtureRaw raw = { .bytes = { 0x45, 1, 2, 3 }, .size = 4 };

    NP_ASSERT_INT(route(rig, NP_NAT_INSIDE, &raw), NP_NAT_DROPPED_INVALID);
    raw.size = 0;
    NP_ASSERT_INT(route(rig, NP_NAT_OUTSIDE, &raw), NP_NAT_DROPPED_INVALID);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(routes_bytes_there_and_back),
        NP_TEST(answers_in_bytes),
        NP_TEST(fragments_follow_the_first),
        NP_TEST(held_fragments_are_forgotten_in_time),
        NP_TEST(a_flood_of_fragments_is_bounded),
        NP_TEST(later_fragments_of_what_was_refused_are_refused),
        NP_TEST(noise_is_dropped),
        { 0 },
    };

    return np_test_main("nat.router", tests);
}
