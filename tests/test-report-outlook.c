/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "punch/outlook.h"
#include "report/outlook.h"

static void
every_class_gets_its_sentence(void)
{
    static const struct {
        NpPunchPeer mine;
        NpTone tone;
        const char *sentence;
    } rows[] = {
        { NP_PUNCH_PEER_OPEN, NP_TONE_GOOD,
          "All your friends can join you directly, whatever router they have." },
        { NP_PUNCH_PEER_RESTRICTED_CONE, NP_TONE_GOOD,
          "All your friends can join you directly, whatever router they have." },
        { NP_PUNCH_PEER_PORT_RESTRICTED_CONE, NP_TONE_GOOD,
          "Friends on open connections and on ordinary home routers can join you directly; those "
          "behind strict routers only after about 3 s of guessing ports." },
        { NP_PUNCH_PEER_SYMMETRIC_SEQUENTIAL, NP_TONE_DOUBTFUL,
          "Friends on open connections can join you directly; those on ordinary home routers only "
          "after a moment of guessing ports; those behind strict routers only through a relay." },
        { NP_PUNCH_PEER_SYMMETRIC_RANDOM, NP_TONE_DOUBTFUL,
          "Friends on open connections can join you directly; those on ordinary home routers only "
          "after about 3 s of guessing ports; those behind strict routers only through a relay." },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpProfile) profile = { 0 };
        g_autofree char *sentence = NULL;
        NpTone tone = NP_TONE_PLAIN;

        np_profile_from_behaviour(&profile, np_punch_peer_behaviour(rows[i].mine));
        sentence = np_report_outlook_sentence(&profile, &tone);
        NP_ASSERT_STR(sentence, rows[i].sentence);
        NP_ASSERT_ROW(tone == rows[i].tone, np_punch_peer_text(rows[i].mine));
    }
}

/* Of four ports one side holds two and the other tries two: 5 of 6 attempts meet. */
static void
what_fails_too_often_counts_as_luck(void)
{
    g_auto(NpProfile) profile = { 0 };
    NpNatBehaviour narrow = *np_punch_peer_behaviour(NP_PUNCH_PEER_SYMMETRIC_BLOCK);
    g_autofree char *sentence = NULL;
    NpTone tone = NP_TONE_PLAIN;

    narrow.law.block_size = 4;
    np_profile_from_behaviour(&profile, &narrow);
    sentence = np_report_outlook_sentence(&profile, &tone);
    NP_ASSERT_STR(sentence,
                  "Friends on open connections can join you directly; those on ordinary home "
                  "routers only with luck, else through a relay; those behind strict routers only "
                  "through a relay.");
    NP_ASSERT_INT(tone, NP_TONE_BAD);
}

static void
what_could_not_be_told_is_not_promised(void)
{
    g_auto(NpProfile) profile = { 0 };
    g_autofree char *sentence = NULL;
    NpTone tone = NP_TONE_PLAIN;

    np_profile_from_behaviour(&profile, np_punch_peer_behaviour(NP_PUNCH_PEER_SYMMETRIC_RANDOM));
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_MAPPING],
                          1u << NP_NAT_ENDPOINT_INDEPENDENT |
                              1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                          0.9, "too many packets were lost");
    sentence = np_report_outlook_sentence(&profile, &tone);
    NP_ASSERT_STR(sentence,
                  "Friends on open connections can join you directly; those on ordinary home "
                  "routers at worst after about 3 s of guessing ports; those behind strict routers "
                  "perhaps, but this could not be told for sure.");
    NP_ASSERT_INT(tone, NP_TONE_DOUBTFUL);
}

static void
silence_and_blocked_udp_are_said_plainly(void)
{
    g_auto(NpProfile) profile = { 0 };
    g_autofree char *silent = NULL;
    g_autofree char *blocked = NULL;
    NpTone tone = NP_TONE_PLAIN;

    np_profile_init(&profile);
    silent = np_report_outlook_sentence(&profile, &tone);
    NP_ASSERT_STR(silent, "Nothing can be said about this connection: no server answered.");
    NP_ASSERT_INT(tone, NP_TONE_DOUBTFUL);
    np_verdict_conclude(&profile.verdicts[NP_NAT_AXIS_REACHABLE], 0, 0.999);
    blocked = np_report_outlook_sentence(&profile, &tone);
    NP_ASSERT_STR(blocked, "Nobody can join you directly: UDP, which games and calls use, does not "
                           "get through here.");
    NP_ASSERT_INT(tone, NP_TONE_BAD);
}

static void
peers_with_the_same_prospect_share_a_row(void)
{
    static const char *const cells[][4] = {
        { "no NAT, full cone, restricted cone", "yes", "at once",
          "the side whose port changes sends first and so reveals it" },
        { "port-restricted cone", "98%", "0.1 s",
          "aim 6 packets at the next ports in the sequence" },
        { "symmetric (sequential)", "97%", "0.4 s",
          "each side sends 72 packets to one guessed port" },
        { "symmetric (block of 512)", "39%", "1 s",
          "each side sends 256 packets to one guessed port" },
        { "symmetric (random)", "no", "", "only through a relay" },
    };
    g_auto(NpProfile) profile = { 0 };
    g_autoptr(NpDocument) document = np_document_new("test");
    const NpBlock *table = NULL;

    np_profile_from_behaviour(&profile,
                              np_punch_peer_behaviour(NP_PUNCH_PEER_SYMMETRIC_SEQUENTIAL));
    np_report_outlook_table(&profile, document);
    table = document->blocks->pdata[0];
    NP_REQUIRE(np_document_n_rows(table) == G_N_ELEMENTS(cells));
    for (guint row = 0; row < G_N_ELEMENTS(cells); row++)
        for (guint column = 0; column < 4; column++)
            NP_ASSERT_STR(np_document_at(table, row, column)->text, cells[row][column]);
}

static void
a_range_names_what_it_depends_on(void)
{
    g_auto(NpProfile) profile = { 0 };
    g_autoptr(NpDocument) document = np_document_new("test");
    const NpBlock *table = NULL;
    guint last = 0;

    np_profile_from_behaviour(&profile, np_punch_peer_behaviour(NP_PUNCH_PEER_FULL_CONE));
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_FILTERING],
                          np_verdict_anything(NP_NAT_AXIS_FILTERING), 1.0, "it was too noisy");
    np_report_outlook_table(&profile, document);
    table = document->blocks->pdata[0];
    last = np_document_n_rows(table) - 1;
    NP_ASSERT_STR(np_document_at(table, last, 0)->text, "symmetric (random)");
    NP_ASSERT_STR(np_document_at(table, last, 1)->text, "99 to 100%");
    NP_ASSERT_STR(np_document_at(table, last, 2)->text, "up to 3 s");
    NP_ASSERT_STR(np_document_at(table, last, 3)->text,
                  "depends on filtering; at worst each side tries 543 ports until two meet");
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(every_class_gets_its_sentence),
        NP_TEST(what_fails_too_often_counts_as_luck),
        NP_TEST(what_could_not_be_told_is_not_promised),
        NP_TEST(silence_and_blocked_udp_are_said_plainly),
        NP_TEST(peers_with_the_same_prospect_share_a_row),
        NP_TEST(a_range_names_what_it_depends_on),
        { 0 },
    };

    return np_test_main("report.outlook", tests);
}
