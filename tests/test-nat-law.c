/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-law.h"
#include "harness.h"
#include "nat/law.h"

#define ALLOCATION(profile) (&(profile)->verdicts[NP_NAT_AXIS_ALLOCATION])

/* Mappings made 60 us apart by sockets on @internal ports, which got the @external ones. */
static void
fill(NpNatSample *samples, const guint16 *internal, const guint16 *external, guint n)
{
    for (guint i = 0; i < n; i++)
        samples[i] = (NpNatSample){
            .internal_port = internal[i],
            .external = np_address_ipv4(0xc6336401, external[i]),
            .at = i * 60 * NP_USEC,
            .order = i,
        };
}

static void
says_what_it_saw(void)
{
    static const guint16 internal[] = { 40001, 51234, 33333, 60123, 47110, 38008, 55555, 42424 };
    static const struct {
        const char *verdict;
        const char *evidence;
        guint16 external[8];
    } rows[] = {
        { "preserving",
          "8 of 8 external ports equal the internal port",
          { 40001, 51234, 33333, 60123, 47110, 38008, 55555, 42424 } },
        { "preserving",
          "7 of 8 external ports equal the internal port",
          { 40001, 51234, 33333, 11111, 47110, 38008, 55555, 42424 } },
        { "preserving",
          "8 of 8 external ports are the internal port minus 20000",
          { 20001, 31234, 13333, 40123, 27110, 18008, 35555, 22424 } },
        { "sequential",
          "ports rise by 3 per mapping, with no foreign mapping between",
          { 2000, 2003, 2006, 2009, 2012, 2015, 2018, 2021 } },
        { "sequential",
          "ports fall by 1 per mapping, with 0 to 2 foreign mappings between",
          { 2000, 1999, 1998, 1995, 1994, 1993, 1991, 1990 } },
        { "random",
          "8 ports between 1500 and 63001, without order",
          { 41999, 1500, 9876, 63001, 30303, 55123, 21000, 48642 } },
        { "block",
          "8 ports between 20490 and 20981, without order: a block of about 512",
          { 20700, 20490, 20981, 20641, 20833, 20555, 20902, 20601 } },
        { "block",
          "8 ports have the bits 0x0340 of 0x0ff0 in common: a port set of 240 (RFC 7597)",
          { 0x1341, 0xf34c, 0x7347, 0x5340, 0xa34f, 0x234a, 0xc345, 0x9343 } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpProfile) profile = { 0 };
        g_autofree char *verdict = NULL;
        NpNatSample samples[8];

        np_profile_init(&profile);
        fill(samples, internal, rows[i].external, 8);
        np_nat_law_conclude(samples, 8, &profile, NULL);
        verdict = np_verdict_text(ALLOCATION(&profile));
        NP_ASSERT_STR(verdict, rows[i].verdict);
        NP_REQUIRE(ALLOCATION(&profile)->evidence->len == 1);
        NP_ASSERT_STR(ALLOCATION(&profile)->evidence->pdata[0], rows[i].evidence);
        NP_ASSERT_INT(profile.samples, 8);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(says_what_it_saw),
        { 0 },
    };

    return np_test_main("nat.law", tests);
}
