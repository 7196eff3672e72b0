/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "harness.h"
#include "probe/ask.h"

#define INTERVAL (70 * NP_MSEC)

static NpProbePath
clean_path(void)
{
    NpProbePath path;

    np_probe_path_init(&path);
    np_probe_path_add_rtt(&path, 80 * NP_MSEC);
    np_probe_path_count(&path, 60, 60);
    return path;
}

static NpProbeAsk
asked(NpTime now)
{
    NpRng rng = np_rng_from_number(1);
    NpAddress to = np_address_ipv4(0xc0000201, 3478);
    NpProbeAsk ask;

    np_probe_ask_init(&ask, 7, &to, NP_PROBE_ASK_PLAIN, INTERVAL, &rng, now);
    return ask;
}

/* Lets the question run as a host would, up to @until. Returns the copies sent. */
static guint
run(NpProbeAsk *ask, const NpProbePath *path, NpTime until)
{
    guint8 id[NP_PROBE_ASK_ID_SIZE];
    guint n = 0;

    for (guint step = 0; step < 1000; step++) {
        NpTime now = np_probe_ask_deadline(ask, path);

        if (now > until)
            return n;
        n += np_probe_ask_next_copy(ask, path, now, id);
        np_probe_ask_judge(ask, path, now);
    }
    CU_FAIL("the deadline does not move on");
    return n;
}

static void
sends_the_copies_that_the_path_needs_and_then_calls_it_silence(void)
{
    NpProbePath path = clean_path();
    NpProbeAsk ask = asked(1 * NP_SECOND);
    NpTime silent_at = 0;

    NP_ASSERT_INT(run(&ask, &path, NP_TIME_NEVER - 1), 4);
    CU_ASSERT(ask.sent[3] - ask.sent[0] <= 3 * INTERVAL);
    CU_ASSERT(ask.sent[3] - ask.sent[0] >= 3 * INTERVAL - INTERVAL / 3);
    silent_at = ask.sent[3] + np_probe_path_patience(&path);
    NP_ASSERT_INT(np_probe_ask_state(&ask, &path, silent_at - 1), NP_PROBE_ASK_PENDING);
    NP_ASSERT_INT(np_probe_ask_state(&ask, &path, silent_at), NP_PROBE_ASK_SILENT);
}

static void
takes_up_again_when_the_path_turns_out_worse(void)
{
    NpProbePath path = clean_path();
    NpProbeAsk ask = asked(0);
    NpTime later = 2 * NP_SECOND;

    run(&ask, &path, later);
    np_probe_path_count(&path, path.n_sent, 40);
    CU_ASSERT(np_probe_ask_deadline(&ask, &path) < NP_TIME_NEVER);
    NP_ASSERT_INT(np_probe_ask_state(&ask, &path, later), NP_PROBE_ASK_PENDING);
    CU_ASSERT(run(&ask, &path, NP_TIME_NEVER - 1) > 3);
}

static void
recognises_its_copies_and_no_others(void)
{
    NpProbePath path = clean_path();
    NpProbeAsk ask = asked(0);
    guint8 first[NP_PROBE_ASK_ID_SIZE], second[NP_PROBE_ASK_ID_SIZE], wrong[NP_PROBE_ASK_ID_SIZE];

    NP_REQUIRE(np_probe_ask_next_copy(&ask, &path, 0, first));
    CU_ASSERT(!np_probe_ask_next_copy(&ask, &path, INTERVAL - INTERVAL / 3 - 1, second));
    NP_REQUIRE(np_probe_ask_next_copy(&ask, &path, INTERVAL, second));
    NP_ASSERT_INT(np_probe_ask_find_copy(&ask, first), 0);
    NP_ASSERT_INT(np_probe_ask_find_copy(&ask, second), 1);
    memcpy(wrong, second, sizeof wrong);
    wrong[NP_PROBE_ASK_ID_SIZE - 1]++;
    NP_ASSERT_INT(np_probe_ask_find_copy(&ask, wrong), -1);
    memcpy(wrong, first, sizeof wrong);
    wrong[0] ^= 1;
    NP_ASSERT_INT(np_probe_ask_find_copy(&ask, wrong), -1);
}

/* Where a burst meets a limit, the order in it must not decide for ever who is dropped. */
static void
does_not_keep_step_with_other_questions(void)
{
    NpProbePath path = clean_path();
    NpAddress to = np_address_ipv4(0xc0000201, 3478);
    NpRng rng = np_rng_from_number(3);
    guint n_first = 0;

    for (guint i = 0; i < 100; i++) {
        NpProbeAsk one, two;

        np_probe_ask_init(&one, 1, &to, NP_PROBE_ASK_PLAIN, INTERVAL, &rng, 0);
        np_probe_ask_init(&two, 2, &to, NP_PROBE_ASK_PLAIN, INTERVAL, &rng, 0);
        run(&one, &path, NP_TIME_NEVER - 1);
        run(&two, &path, NP_TIME_NEVER - 1);
        n_first += one.sent[1] < two.sent[1];
        CU_ASSERT(one.sent[2] - one.sent[1] >= INTERVAL - INTERVAL / 3);
    }
    CU_ASSERT(n_first > 30 && n_first < 70);
}

static void
stops_once_answered_refused_or_abandoned(void)
{
    NpProbePath path = clean_path();
    NpProbeAsk answered = asked(0), refused = asked(0), abandoned = asked(0);
    guint8 id[NP_PROBE_ASK_ID_SIZE];

    answered.has_answer = TRUE;
    refused.refused = TRUE;
    np_probe_ask_abandon(&abandoned);
    CU_ASSERT(!np_probe_ask_next_copy(&answered, &path, 0, id));
    CU_ASSERT(!np_probe_ask_next_copy(&refused, &path, 0, id));
    CU_ASSERT(!np_probe_ask_next_copy(&abandoned, &path, 0, id));
    NP_ASSERT_INT(np_probe_ask_deadline(&answered, &path), NP_TIME_NEVER);
    NP_ASSERT_INT(np_probe_ask_state(&answered, &path, 0), NP_PROBE_ASK_ANSWERED);
    NP_ASSERT_INT(np_probe_ask_state(&refused, &path, 0), NP_PROBE_ASK_SILENT);
    NP_ASSERT_INT(np_probe_ask_state(&abandoned, &path, 0), NP_PROBE_ASK_SILENT);
}

static void
is_sparing_with_hosts_nobody_vouches_for(void)
{
    NpProbePath path = clean_path();
    NpProbeAsk ask = asked(0);

    ask.unproven = TRUE;
    NP_ASSERT_INT(run(&ask, &path, NP_TIME_NEVER - 1), 4);
    NP_ASSERT_INT(ask.sent[1] - ask.sent[0], 500 * NP_MSEC);
    NP_ASSERT_INT(ask.sent[2] - ask.sent[1], 1000 * NP_MSEC);
    NP_ASSERT_INT(np_probe_ask_state(&ask, &path, 100 * NP_SECOND), NP_PROBE_ASK_PENDING);
}

static void
never_sends_more_than_it_can_number(void)
{
    NpProbePath path = clean_path();
    NpProbeAsk ask = asked(0);

    np_probe_path_count(&path, path.n_sent, 0);
    CU_ASSERT(run(&ask, &path, NP_TIME_NEVER - 1) <= NP_PROBE_ASK_MAX_COPIES);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(sends_the_copies_that_the_path_needs_and_then_calls_it_silence),
        NP_TEST(takes_up_again_when_the_path_turns_out_worse),
        NP_TEST(recognises_its_copies_and_no_others),
        NP_TEST(does_not_keep_step_with_other_questions),
        NP_TEST(stops_once_answered_refused_or_abandoned),
        NP_TEST(is_sparing_with_hosts_nobody_vouches_for),
        NP_TEST(never_sends_more_than_it_can_number),
        { 0 },
    };

    return np_test_main("probe.ask", tests);
}
