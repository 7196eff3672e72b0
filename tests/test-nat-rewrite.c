/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-raw.h"
#include "harness.h"
#include "nat/raw.h"
#include "nat/rewrite.h"

#include <string.h>

static NpAddress
parsed(const char *text)
{
    NpAddress address = { 0 };

    g_assert_true(np_address_parse(&address, text, 0));
    return address;
}

static NpNatPacket
read_packet(const FixtureRaw *raw)
{
    NpNatPacket packet;
    NpNatFragmentInfo fragment;

    g_assert(np_nat_raw_read(raw->bytes, raw->size, &packet, &fragment) == NP_NAT_RAW_OK);
    return packet;
}

static gboolean
rewrite(FixtureRaw *raw, const NpNatPacket *before, const NpNatPacket *after)
{
    raw->size = np_nat_rewrite(raw->bytes, raw->size, sizeof raw->bytes, before, after);
    return raw->size > 0 && fixture_raw_is_sound(raw->bytes, raw->size);
}

static void
changes_ends_and_keeps_checksums_right(void)
{
    static const struct {
        NpNatProtocol protocol;
        const char *source, *destination, *new_source;
    } rows[] = {
        { NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80", "203.0.113.1:61234" },
        { NP_NAT_TCP, "10.0.0.2:5000", "192.0.2.1:80", "203.0.113.1:61234" },
        { NP_NAT_ECHO, "10.0.0.2:5000", "192.0.2.1:0", "203.0.113.1:61234" },
        { NP_NAT_UDP, "[fd00::2]:5000", "[2001:db8::1]:80", "[2001:db8:7::1]:61234" },
        { NP_NAT_TCP, "[fd00::2]:5000", "[2001:db8::1]:80", "[2001:db8:7::1]:61234" },
        { NP_NAT_ECHO, "[fd00::2]:5000", "[2001:db8::1]:0", "[2001:db8:7::1]:61234" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint length = 0; length < 40; length++) {
            g_autofree char *payload = g_strnfill(length, 'a');
            FixtureRaw raw =
                fixture_raw_data(rows[i].protocol, rows[i].source, rows[i].destination, payload);
            NpNatPacket before = read_packet(&raw);
            NpNatPacket after = before;
            NpNatPacket again;

            after.source = parsed(rows[i].new_source);
            after.ttl--;
            NP_ASSERT_ROW(rewrite(&raw, &before, &after), rows[i].new_source);
            again = read_packet(&raw);
            CU_ASSERT(np_address_equal(&again.source, &after.source));
            CU_ASSERT(np_address_equal(&again.destination, &before.destination));
            NP_ASSERT_INT(again.ttl, 63);
            CU_ASSERT(memcmp(raw.bytes + raw.size - length, payload, length) == 0);
        }
    }
}

static void
leaves_an_unused_udp_checksum_unused(void)
{
    FixtureRaw raw = fixture_raw_data(NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80", "payload");
    NpNatPacket before = read_packet(&raw);
    NpNatPacket after = before;

    memset(raw.bytes + 26, 0, 2);
    after.source = parsed("203.0.113.1:61234");
    raw.size = np_nat_rewrite(raw.bytes, raw.size, sizeof raw.bytes, &before, &after);
    CU_ASSERT(raw.bytes[26] == 0 && raw.bytes[27] == 0);
}

/* RFC 768: a sum that comes out as zero is sent as all ones. */
static void
a_used_udp_checksum_never_becomes_unused(void)
{
    FixtureRaw raw = fixture_raw_data(NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80", "payload");
    guint n_all_ones = 0;

    for (guint port = 1; port <= G_MAXUINT16; port++) {
        NpNatPacket before = read_packet(&raw);
        NpNatPacket after = before;

        after.source.port = (guint16)port;
        raw.size = np_nat_rewrite(raw.bytes, raw.size, sizeof raw.bytes, &before, &after);
        CU_ASSERT(raw.bytes[26] != 0 || raw.bytes[27] != 0);
        n_all_ones += raw.bytes[26] == 0xff && raw.bytes[27] == 0xff;
    }
    NP_ASSERT_INT(n_all_ones, 1);
}

static void
a_wrong_checksum_stays_wrong(void)
{
    FixtureRaw raw = fixture_raw_data(NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80", "payload");
    NpNatPacket before = read_packet(&raw);
    NpNatPacket after = before;

    raw.bytes[27] ^= 0x10;
    after.source = parsed("203.0.113.1:61234");
    CU_ASSERT(!rewrite(&raw, &before, &after));
    raw.bytes[27] ^= 0x10;
    CU_ASSERT(raw.size == 35);
}

static void
changes_what_an_error_quotes(void)
{
    static const struct {
        NpNatProtocol protocol;
        const char *source, *destination, *offender, *inside;
        guint8 type;
    } rows[] = {
        { NP_NAT_UDP, "203.0.113.1:61234", "192.0.2.1:80", "198.51.100.9", "10.0.0.2:5000", 11 },
        { NP_NAT_TCP, "203.0.113.1:61234", "192.0.2.1:80", "198.51.100.9", "10.0.0.2:5000", 3 },
        { NP_NAT_ECHO, "203.0.113.1:61234", "192.0.2.1:0", "198.51.100.9", "10.0.0.2:5000", 11 },
        { NP_NAT_UDP, "[2001:db8::7]:61234", "[2001:db8::1]:80", "2001:db8::9", "[fd00::2]:5000",
          1 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FixtureRaw quoted = fixture_raw_data(rows[i].protocol, rows[i].source, rows[i].destination,
                                             "a longer payload");
        FixtureRaw raw =
            fixture_raw_error(rows[i].offender, rows[i].source, rows[i].type, &quoted, quoted.size);
        NpNatPacket before = read_packet(&raw);
        NpNatPacket after = before;
        NpNatPacket again;
        FixtureRaw inner = { 0 };

        after.quote.source = parsed(rows[i].inside);
        after.destination = np_address_with_port(&after.quote.source, 0);
        NP_ASSERT_ROW(rewrite(&raw, &before, &after), rows[i].inside);
        again = read_packet(&raw);
        CU_ASSERT(np_address_equal(&again.quote.source, &after.quote.source));
        CU_ASSERT(np_address_equal(&again.quote.destination, &before.quote.destination));
        CU_ASSERT(np_address_same_host(&again.destination, &after.destination));
        /* The quoted packet is as it was when it left inside. */
        inner.size = quoted.size;
        memcpy(inner.bytes, raw.bytes + raw.size - quoted.size, quoted.size);
        NP_ASSERT_ROW(fixture_raw_is_sound(inner.bytes, inner.size), rows[i].inside);
    }
}

static void
writes_an_error_about_a_packet(void)
{
    static const char *const ends[][3] = {
        { "10.0.0.2:5000", "192.0.2.1:80", "10.0.0.1" },
        { "[fd00::2]:5000", "[2001:db8::1]:80", "fd00::1" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *payload = g_strnfill(1400, 'a');
        FixtureRaw raw = fixture_raw_data(NP_NAT_UDP, ends[i][0], ends[i][1], payload);
        NpNatPacket before = read_packet(&raw);
        NpNatPacket after = before;
        NpNatPacket again;
        NpAddress router = parsed(ends[i][2]);

        np_nat_packet_to_error(&after, &router, NP_NAT_ERROR_TIME_EXCEEDED);
        CU_ASSERT(rewrite(&raw, &before, &after));
        CU_ASSERT(raw.size <= (i == 0 ? 576 : 1280));
        again = read_packet(&raw);
        NP_ASSERT_INT(again.kind, NP_NAT_PACKET_ERROR);
        NP_ASSERT_INT(again.quote.type, after.quote.type);
        CU_ASSERT(np_address_equal(&again.quote.source, &before.source));
        CU_ASSERT(np_address_equal(&again.quote.destination, &before.destination));
        CU_ASSERT(np_address_same_host(&again.source, &router));
        CU_ASSERT(np_address_same_host(&again.destination, &before.source));
    }
}

static void
writes_the_reset_of_a_segment(void)
{
    static const char *const ends[][2] = {
        { "192.0.2.1:80", "203.0.113.1:5000" },
        { "[2001:db8::1]:80", "[2001:db8::7]:5000" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        FixtureRaw raw = fixture_raw_data(NP_NAT_TCP, ends[i][0], ends[i][1], "");
        NpNatPacket before;
        NpNatPacket after;
        NpNatPacket again;

        fixture_raw_set_flags(&raw, NP_NAT_SYN);
        before = read_packet(&raw);
        after = before;
        CU_ASSERT(np_nat_packet_to_reset(&after, 0));
        CU_ASSERT(rewrite(&raw, &before, &after));
        again = read_packet(&raw);
        NP_ASSERT_INT(again.tcp.flags, NP_NAT_RST | NP_NAT_ACK);
        NP_ASSERT_INT(again.tcp.acknowledgment, 1001);
        CU_ASSERT(np_address_equal(&again.source, &before.destination));
        CU_ASSERT(np_address_equal(&again.destination, &before.source));
    }
}

static void
an_answer_needs_room(void)
{
    FixtureRaw raw = fixture_raw_data(NP_NAT_UDP, "10.0.0.2:5000", "192.0.2.1:80", "payload");
    NpNatPacket before = read_packet(&raw);
    NpNatPacket after = before;
    NpAddress router = parsed("10.0.0.1");

    np_nat_packet_to_error(&after, &router, NP_NAT_ERROR_PROHIBITED);
    NP_ASSERT_INT(np_nat_rewrite(raw.bytes, raw.size, raw.size, &before, &after), 0);
}

static void
a_changed_payload_has_a_right_checksum(void)
{
    for (guint shift = 0; shift < 5; shift++) {
        g_autofree char *padding = g_strnfill(shift, '.');
        g_autofree char *payload = g_strdup_printf("%s\x13\x88\x0a\x01\x02\x03 tail", padding);
        FixtureRaw raw = fixture_raw_data(NP_NAT_UDP, "10.1.2.3:5000", "192.0.2.1:80", payload);
        NpAddress from = parsed("10.1.2.3:5000");
        NpAddress to = parsed("203.0.113.1:61234");
        static const guint8 expected[] = { 0xef, 0x32, 203, 0, 113, 1 };

        np_nat_rewrite_payload(raw.bytes, raw.size, &from, &to);
        CU_ASSERT(fixture_raw_is_sound(raw.bytes, raw.size));
        CU_ASSERT(memcmp(raw.bytes + 28 + shift, expected, sizeof expected) == 0);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(changes_ends_and_keeps_checksums_right),
        NP_TEST(leaves_an_unused_udp_checksum_unused),
        NP_TEST(a_used_udp_checksum_never_becomes_unused),
        NP_TEST(a_wrong_checksum_stays_wrong),
        NP_TEST(changes_what_an_error_quotes),
        NP_TEST(writes_an_error_about_a_packet),
        NP_TEST(writes_the_reset_of_a_segment),
        NP_TEST(an_answer_needs_room),
        NP_TEST(a_changed_payload_has_a_right_checksum),
        { 0 },
    };

    return np_test_main("nat.rewrite", tests);
}
