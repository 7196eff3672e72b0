/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-raw.h"
#include "harness.h"
#include "nat/raw.h"
#include "util/rng.h"

static const struct {
    const char *source;
    const char *destination;
} families[] = {
    { "10.0.0.2:5000", "192.0.2.1:80" },
    { "[fd00::2]:5000", "[2001:db8::1]:80" },
};

static void
expect_ends(const NpNatPacket *packet, const char *source, const char *destination)
{
    char text[NP_ADDRESS_TEXT_SIZE];

    NP_ASSERT_STR(np_address_format(&packet->source, text), source);
    NP_ASSERT_STR(np_address_format(&packet->destination, text), destination);
}

static void
reads_udp_and_tcp_of_both_families(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
        for (guint protocol = NP_NAT_UDP; protocol <= NP_NAT_TCP; protocol++) {
            FixtureRaw raw = fixture_raw_data((NpNatProtocol)protocol, families[i].source,
                                              families[i].destination, "payload");
            NpNatPacket packet;
            NpNatFragmentInfo fragment;

            NP_ASSERT_INT(np_nat_raw_read(raw.bytes, raw.size, &packet, &fragment), NP_NAT_RAW_OK);
            NP_ASSERT_INT(packet.kind, NP_NAT_PACKET_DATA);
            NP_ASSERT_INT(packet.protocol, protocol);
            NP_ASSERT_INT(packet.ttl, 64);
            CU_ASSERT(!fragment.is_fragment);
            expect_ends(&packet, families[i].source, families[i].destination);
            if (protocol == NP_NAT_UDP) {
                gsize offset = 0;

                NP_ASSERT_INT(np_nat_raw_payload(raw.bytes, raw.size, &offset), 7);
                NP_ASSERT_INT(offset, raw.size - 7);
            }
            if (protocol == NP_NAT_TCP) {
                NP_ASSERT_INT(packet.tcp.flags, NP_NAT_ACK);
                NP_ASSERT_INT(packet.tcp.sequence, 1000);
            }
        }
    }
}

static void
reads_echo_with_its_identifier_as_the_asker_s_port(void)
{
    FixtureRaw ask = fixture_raw_data(NP_NAT_ECHO, "10.0.0.2:77", "192.0.2.1:0", "x");
    FixtureRaw answer = fixture_raw_data(NP_NAT_ECHO, "[fd00::1]:0", "[fd00::2]:77", "x");
    NpNatPacket packet;
    NpNatFragmentInfo fragment;

    NP_ASSERT_INT(np_nat_raw_read(ask.bytes, ask.size, &packet, &fragment), NP_NAT_RAW_OK);
    CU_ASSERT(packet.protocol == NP_NAT_ECHO && !packet.reply);
    expect_ends(&packet, "10.0.0.2:77", "192.0.2.1:0");
    NP_ASSERT_INT(np_nat_raw_read(answer.bytes, answer.size, &packet, &fragment), NP_NAT_RAW_OK);
    CU_ASSERT(packet.protocol == NP_NAT_ECHO && packet.reply);
    expect_ends(&packet, "[fd00::1]:0", "[fd00::2]:77");
}

static void
reads_what_an_error_quotes_down_to_eight_bytes(void)
{
    static const struct {
        const char *source, *destination, *offender;
        guint8 type;
        gsize header;
    } rows[] = {
        { "203.0.113.1:5000", "192.0.2.1:80", "198.51.100.9", 11, 20 },
        { "[2001:db8::7]:5000", "[2001:db8::1]:80", "2001:db8::9", 3, 40 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FixtureRaw quoted =
            fixture_raw_data(NP_NAT_TCP, rows[i].source, rows[i].destination, "long payload");

        for (gsize n = rows[i].header; n <= quoted.size; n++) {
            FixtureRaw raw =
                fixture_raw_error(rows[i].offender, rows[i].source, rows[i].type, &quoted, n);
            NpNatPacket packet;
            NpNatFragmentInfo fragment;
            char text[NP_ADDRESS_TEXT_SIZE];

            if (n < rows[i].header + 8) {
                NP_ASSERT_INT(np_nat_raw_read(raw.bytes, raw.size, &packet, &fragment),
                              NP_NAT_RAW_MALFORMED);
                continue;
            }
            NP_ASSERT_INT(np_nat_raw_read(raw.bytes, raw.size, &packet, &fragment), NP_NAT_RAW_OK);
            NP_ASSERT_INT(packet.kind, NP_NAT_PACKET_ERROR);
            NP_ASSERT_INT(packet.protocol, NP_NAT_TCP);
            NP_ASSERT_INT(packet.quote.type, rows[i].type);
            NP_ASSERT_STR(np_address_format(&packet.quote.source, text), rows[i].source);
            NP_ASSERT_STR(np_address_format(&packet.quote.destination, text), rows[i].destination);
        }
    }
}

static void
tells_fragments(void)
{
    FixtureRaw whole =
        fixture_raw_data(NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80", "0123456789012345678901");
    FixtureRaw first = fixture_raw_fragment(&whole, 0, 16, 99);
    FixtureRaw last = fixture_raw_fragment(&whole, 16, 100, 99);
    NpNatPacket packet;
    NpNatFragmentInfo fragment;

    NP_ASSERT_INT(np_nat_raw_read(first.bytes, first.size, &packet, &fragment), NP_NAT_RAW_OK);
    CU_ASSERT(fragment.is_fragment && fragment.more && fragment.offset == 0);
    NP_ASSERT_INT(packet.source.port, 5000);
    NP_ASSERT_INT(np_nat_raw_read(last.bytes, last.size, &packet, &fragment), NP_NAT_RAW_OK);
    CU_ASSERT(fragment.is_fragment && !fragment.more && fragment.offset == 16);
    NP_ASSERT_INT(fragment.id, 99);
    NP_ASSERT_INT(packet.source.port, 0);
    NP_ASSERT_INT(packet.protocol, NP_NAT_UDP);
}

static void
refuses_what_is_broken(void)
{
    static const struct {
        const char *label;
        gsize at;
        guint8 value;
        NpNatRawStatus status;
    } rows[] = {
        { "version", 0, 0x55, NP_NAT_RAW_MALFORMED },
        { "header too short", 0, 0x44, NP_NAT_RAW_MALFORMED },
        { "header beyond the packet", 0, 0x4f, NP_NAT_RAW_MALFORMED },
        { "length beyond the packet", 2, 0xff, NP_NAT_RAW_MALFORMED },
        { "header checksum", 10, 0xff, NP_NAT_RAW_MALFORMED },
    };
    FixtureRaw good = fixture_raw_data(NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80", "payload");
    NpNatPacket packet;
    NpNatFragmentInfo fragment;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FixtureRaw raw = good;

        raw.bytes[rows[i].at] = rows[i].value;
        NP_ASSERT_ROW(np_nat_raw_read(raw.bytes, raw.size, &packet, &fragment) == rows[i].status,
                      rows[i].label);
    }
    for (gsize size = 0; size < good.size; size++)
        CU_ASSERT(np_nat_raw_read(good.bytes, size, &packet, &fragment) == NP_NAT_RAW_MALFORMED);
}

static void
leaves_other_protocols_alone(void)
{
    FixtureRaw raw = fixture_raw_data(NP_NAT_UDP, "[fd00::2]:5000", "[fd00::1]:80", "payload");
    NpNatPacket packet;
    NpNatFragmentInfo fragment;

    raw.bytes[6] = 50; /* ESP */
    NP_ASSERT_INT(np_nat_raw_read(raw.bytes, raw.size, &packet, &fragment), NP_NAT_RAW_UNSUPPORTED);
    raw.bytes[6] = 58;
    raw.bytes[40] = 135; /* neighbour solicitation */
    NP_ASSERT_INT(np_nat_raw_read(raw.bytes, raw.size, &packet, &fragment), NP_NAT_RAW_UNSUPPORTED);
}

static void
an_error_with_a_wrong_checksum_is_not_believed(void)
{
    FixtureRaw quoted = fixture_raw_data(NP_NAT_UDP, "203.0.113.1:5000", "192.0.2.1:80", "x");
    FixtureRaw raw = fixture_raw_error("198.51.100.9", "203.0.113.1", 3, &quoted, 28);
    NpNatPacket packet;
    NpNatFragmentInfo fragment;

    raw.bytes[21] ^= 1;
    NP_ASSERT_INT(np_nat_raw_read(raw.bytes, raw.size, &packet, &fragment), NP_NAT_RAW_MALFORMED);
}

static void
reads_noise_without_harm(void)
{
    NpRng rng = np_rng_from_number(1);
    NpNatPacket packet;
    NpNatFragmentInfo fragment;
    guint n_ok = 0;

    for (guint i = 0; i < 20000; i++) {
        gsize size = np_rng_below(&rng, 100);
        g_autofree guint8 *bytes = g_malloc(size + 1);

        np_rng_fill(&rng, bytes, size);
        bytes[0] = i % 2 == 0 ? 0x60 : 0x45;
        bytes[MIN(size, 4)] = 0;
        n_ok += np_nat_raw_read(bytes, size, &packet, &fragment) == NP_NAT_RAW_OK;
    }
    CU_ASSERT(n_ok < 20000);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(reads_udp_and_tcp_of_both_families),
        NP_TEST(reads_echo_with_its_identifier_as_the_asker_s_port),
        NP_TEST(reads_what_an_error_quotes_down_to_eight_bytes),
        NP_TEST(tells_fragments),
        NP_TEST(refuses_what_is_broken),
        NP_TEST(leaves_other_protocols_alone),
        NP_TEST(an_error_with_a_wrong_checksum_is_not_believed),
        NP_TEST(reads_noise_without_harm),
        { 0 },
    };

    return np_test_main("nat.raw", tests);
}
