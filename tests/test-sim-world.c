/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-machine.h"
#include "fixture-nat.h"
#include "harness.h"
#include "sim/host.h"
#include "sim/nat.h"

#include <string.h>

typedef struct {
    NpSimEvent event;
    GString *order;
    char name;
    NpSimWorld *world;
    NpTime interval; /* fires again after; 0: once */
    guint n_fired;
} Beat;

static void
beat(NpSimEvent *event, NpTime now)
{
    Beat *self = (Beat *)event;

    self->n_fired++;
    if (self->order != NULL)
        g_string_append_c(self->order, self->name);
    if (self->interval > 0)
        np_sim_world_schedule(self->world, now + self->interval, &self->event);
}

static gboolean
never(gpointer data)
{
    (void)data;
    return FALSE;
}

static gboolean
fired_thrice(gpointer data)
{
    const Beat *self = data;

    return self->n_fired == 3;
}

static void
events_come_by_time_then_by_order_of_scheduling(void)
{
    static const NpTime times[] = { 30, 10, 20, 10, 30, 10 };
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    g_autoptr(GString) order = g_string_new(NULL);
    Beat beats[G_N_ELEMENTS(times)];

    for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
        beats[i] = (Beat){ .event = { .fire = beat }, .order = order, .name = (char)('a' + i) };
        np_sim_world_schedule(world, times[i], &beats[i].event);
    }
    CU_ASSERT(np_sim_world_run_until(world, 20, NULL));
    NP_ASSERT_STR(order->str, "bdfc");
    CU_ASSERT(np_sim_world_run_until(world, 100, NULL));
    NP_ASSERT_STR(order->str, "bdfcae");
    NP_ASSERT_INT(np_sim_world_now(world), 100);
}

static void
what_is_scheduled_for_the_past_happens_now(void)
{
    Beat one = { .event = { .fire = beat } };
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);

    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    np_sim_world_schedule(world, 5, &one.event);
    CU_ASSERT(np_sim_world_run_until(world, NP_SECOND, NULL));
    NP_ASSERT_INT(one.n_fired, 1);
    NP_ASSERT_INT(np_sim_world_now(world), NP_SECOND);
}

static void
a_run_ends_when_it_is_done(void)
{
    Beat one = { .event = { .fire = beat }, .interval = NP_MSEC };
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);

    one.world = world;
    np_sim_world_schedule(world, 0, &one.event);
    CU_ASSERT(np_sim_world_run(world, fired_thrice, &one, NULL));
    NP_ASSERT_INT(np_sim_world_now(world), 2 * NP_MSEC);
}

static void
caps_fail_with_the_tail_of_the_trace(void)
{
    static const struct {
        const char *label;
        NpTime interval;
        NpSimError code;
        const char *says;
    } rows[] = {
        { "steps", 1, NP_SIM_ERROR_STEPS, "the step cap is reached at " },
        { "time", NP_SECOND, NP_SIM_ERROR_TIME, "the time cap is reached at 10.000000 s" },
        { "quiet", 0, NP_SIM_ERROR_QUIET, "nothing is left to happen at 0.000000 s" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Beat one = { .event = { .fire = beat }, .interval = rows[i].interval };
        g_autoptr(NpSimWorld) world = np_sim_world_new(1);
        g_autoptr(GError) error = NULL;

        one.world = world;
        np_sim_world_set_caps(world, 1000, 10 * NP_SECOND);
        np_sim_trace_notice(np_sim_world_trace(world), 0, 0, 77, 88);
        np_sim_world_schedule(world, 0, &one.event);
        CU_ASSERT(!np_sim_world_run(world, never, NULL, &error));
        NP_REQUIRE(error != NULL);
        NP_ASSERT_ROW(g_error_matches(error, NP_SIM_ERROR, rows[i].code), rows[i].label);
        NP_ASSERT_ROW(g_str_has_prefix(error->message, rows[i].says), error->message);
        NP_ASSERT_ROW(strstr(error->message, "internet notice 77 about 88") != NULL,
                      error->message);
    }
}

static void
the_step_cap_holds_for_a_run_up_to_a_time(void)
{
    Beat one = { .event = { .fire = beat }, .interval = 1 };
    g_autoptr(NpSimWorld) world = np_sim_world_new(1);
    g_autoptr(GError) error = NULL;

    one.world = world;
    np_sim_world_set_caps(world, 1000, NP_SECOND);
    np_sim_world_schedule(world, 0, &one.event);
    CU_ASSERT(!np_sim_world_run_until(world, NP_SECOND, &error));
    CU_ASSERT(g_error_matches(error, NP_SIM_ERROR, NP_SIM_ERROR_STEPS));
}

/* Two callers behind lossy, jittery NATs with background flows, for ten seconds. */
static guint64
digest_of_a_busy_world(guint64 seed, gboolean bystander)
{
    static const NpSimLink link = { .delay = 20 * NP_MSEC,
                                    .jitter = 10 * NP_MSEC,
                                    .loss = 0.1,
                                    .duplicate = 0.02,
                                    .reorder = 0.05 };
    static const NpSimTraffic traffic = { .flows = 50, .dispersion = 1.5 };
    g_autoptr(NpSimWorld) world = np_sim_world_new(seed);
    NpSimNetwork *internet = np_sim_world_internet(world);
    NpSimHost *server = np_sim_host_new(internet, "server", "192.0.2.1");
    g_auto(NpMirror) mirror = { 0 };
    NpCaller callers[2];
    NpNatPolicy policy = np_bench_policy();

    np_mirror_init(&mirror);
    np_mirror_listen(&mirror, "192.0.2.1:3478");
    np_sim_host_start(server, &np_mirror_ops, &mirror);
    for (guint i = 0; i < 2; i++) {
        NpSimNat *nat = np_sim_nat_new(internet, i == 0 ? "left" : "right", &policy,
                                       i == 0 ? "203.0.113.1" : "203.0.113.2", "10.0.0.1");
        NpSimHost *host =
            np_sim_host_new(np_sim_nat_inside(nat), i == 0 ? "one" : "two", "10.0.0.2");

        np_sim_nat_set_links(nat, &link, &link);
        np_sim_nat_add_traffic(nat, &traffic);
        np_caller_init(&callers[i]);
        np_caller_open(&callers[i], 1, "0.0.0.0:0");
        for (guint j = 0; j < 200; j++)
            np_caller_send(&callers[i], 1, "192.0.2.1:3478", "hello");
        np_sim_host_start(host, &np_caller_ops, &callers[i]);
    }
    if (bystander)
        np_sim_world_rng(world, "link", "somebody else up");
    CU_ASSERT(np_sim_world_run_until(world, 10 * NP_SECOND, NULL));
    for (guint i = 0; i < 2; i++) {
        CU_ASSERT(callers[i].n_received > 100);
        np_caller_clear(&callers[i]);
    }
    return np_sim_world_digest(world);
}

static void
the_same_seed_gives_the_same_trace(void)
{
    guint64 first = digest_of_a_busy_world(42, FALSE);

    CU_ASSERT(digest_of_a_busy_world(42, FALSE) == first);
    CU_ASSERT(digest_of_a_busy_world(42, TRUE) == first);
    CU_ASSERT(digest_of_a_busy_world(43, FALSE) != first);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(events_come_by_time_then_by_order_of_scheduling),
        NP_TEST(what_is_scheduled_for_the_past_happens_now),
        NP_TEST(a_run_ends_when_it_is_done),
        NP_TEST(caps_fail_with_the_tail_of_the_trace),
        NP_TEST(the_step_cap_holds_for_a_run_up_to_a_time),
        NP_TEST(the_same_seed_gives_the_same_trace),
        { 0 },
    };

    return np_test_main("sim.world", tests);
}
