/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whole conversations between clients and their server, over TCP in virtual time
 */

#include "fixture-nat.h"
#include "harness.h"
#include "sim/host.h"
#include "sim/nat.h"
#include "wire/client.h"
#include "wire/server.h"

#include <string.h>

#define MAX_CLIENTS 100
#define SERVER "192.0.2.1"
#define PORT 7000

typedef struct {
    NpWireClient *client;
    NpSimProcess *process;
    NpSimHost *host;
    gboolean behaves; /* is ready as soon as it may */
    NpTime clock;     /* what its clock is ahead of the world's */
    GString *log;     /* of its notices */
    NpRendezvousMessage push;
    NpTime start; /* of the push, by the world's clock */
} Subject;

typedef struct {
    NpSimWorld *world;
    NpSimHost *server_host;
    NpWireServer *server;
    NpSimProcess *server_process;
    GHashTable *owners;
    Subject subjects[MAX_CLIENTS];
    guint n;
    GPtrArray *stopped; /* servers that the world may still know */
} Scene;

static void
free_server(gpointer server)
{
    np_wire_server_free(server);
}

static void
start_server(Scene *self)
{
    NpRendezvousRegistryConfig config = np_rendezvous_registry_defaults();
    NpWireServerIds ids = { .owners = self->owners, .max_owners = 1000 };
    NpAddress listen;

    config.rng = np_rng_from_number(self->stopped->len + 1);
    np_address_parse(&listen, SERVER, PORT);
    self->server = np_wire_server_new(&config, &listen, &ids);
    self->server_process = np_sim_host_start(self->server_host, &np_wire_server_ops, self->server);
}

static void
stop_server(Scene *self)
{
    np_sim_process_stop(self->server_process);
    g_ptr_array_add(self->stopped, self->server);
    self->server = NULL;
}

static Scene *
scene_new(void)
{
    static const NpSimLink link = { .delay = 10 * NP_MSEC };
    Scene *self = g_new0(Scene, 1);

    self->world = np_sim_world_new(4);
    self->server_host = np_sim_host_new(np_sim_world_internet(self->world), "server", SERVER);
    np_sim_host_set_links(self->server_host, &link, &link);
    self->owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->stopped = g_ptr_array_new_with_free_func(free_server);
    start_server(self);
    return self;
}

static void
scene_free(Scene *self)
{
    np_sim_world_free(self->world);
    for (guint i = 0; i < self->n; i++) {
        np_wire_client_free(self->subjects[i].client);
        np_rendezvous_message_clear(&self->subjects[i].push);
        g_string_free(self->subjects[i].log, TRUE);
    }
    np_wire_server_free(self->server);
    g_ptr_array_unref(self->stopped);
    g_hash_table_unref(self->owners);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

/* A client @delay away from the internet, with a clock of its own; its host's address makes its
 * key.
 */
static Subject *
add(Scene *self,
    NpSimNetwork *network,
    const char *address,
    const char *id,
    const char *accept,
    NpTime delay)
{
    Subject *subject = &self->subjects[self->n];
    NpRendezvousClientConfig config = { .rng = np_rng_from_number(100 + self->n),
                                        .n_servers = 1,
                                        .id = id };
    NpSimLink link = { .delay = delay };
    g_autofree char *name = g_strdup_printf("client %u", self->n);
    NpAddress server;

    g_assert(self->n < MAX_CLIENTS);
    g_assert_true(np_rendezvous_consent_parse(&config.consent, accept));
    np_address_parse(&server, SERVER, PORT);
    subject->client = np_wire_client_new(&config, &server);
    subject->log = g_string_new(NULL);
    subject->behaves = TRUE;
    subject->clock = (NpTime)(self->n + 1) * 1000 * NP_SECOND;
    subject->host = np_sim_host_new(network, name, address);
    np_sim_host_set_links(subject->host, &link, &link);
    np_sim_host_set_clock(subject->host, subject->clock);
    subject->process = np_sim_host_start(subject->host, &np_wire_client_ops, subject->client);
    self->n++;
    return subject;
}

static void
pump(Subject *subject)
{
    np_wire_client_flush(subject->client);
    np_sim_process_pump(subject->process);
}

/* As STUN would: the punch socket is seen, and the nonce echoed. */
static void
get_ready(Scene *self, Subject *subject, const NpRendezvousMessage *token)
{
    NpRendezvousClient *client = np_wire_client_rendezvous(subject->client);
    NpRendezvousMessage ready = {
        .has = 1u << NP_RENDEZVOUS_FIELD_KEY | 1u << NP_RENDEZVOUS_FIELD_SIGNATURE,
    };
    guint8 nonce[NP_RENDEZVOUS_SECRET_SIZE];
    NpAddress seen = np_address_ipv4(0xc6336464 + (guint32)(subject - self->subjects), 4000);

    if (!np_rendezvous_registry_observe(np_wire_server_registry(self->server), token->token, &seen,
                                        nonce))
        return;
    np_rendezvous_client_echo(client, token->peer, nonce);
    np_rendezvous_client_ready(client, token->peer, &ready);
    pump(subject);
}

static void
attend(Scene *self, Subject *subject)
{
    static const char *const names[] = { "online", "offline", "refused", "asked", "ringing",
                                         "token",  "push",    "ended",   "text" };
    NpRendezvousOrder *next = NULL;
    NpNotice notice;

    while (np_sim_process_take_notice(subject->process, &notice))
        continue;
    while ((next = np_wire_client_take_notice(subject->client)) != NULL) {
        g_autoptr(NpRendezvousOrder) order = next;

        g_string_append_printf(subject->log, "%s%s", subject->log->len > 0 ? " " : "",
                               names[order->notice]);
        if (order->notice == NP_RENDEZVOUS_NOTICE_ENDED ||
            order->notice == NP_RENDEZVOUS_NOTICE_REFUSED)
            g_string_append_printf(subject->log, ":%s",
                                   np_rendezvous_message_reason_name(order->message->reason));
        if (order->notice == NP_RENDEZVOUS_NOTICE_TOKEN && subject->behaves)
            get_ready(self, subject, order->message);
        if (order->notice == NP_RENDEZVOUS_NOTICE_PUSH) {
            np_rendezvous_message_clear(&subject->push);
            np_rendezvous_message_copy(&subject->push, order->message);
            subject->start =
                np_rendezvous_client_local_time(np_wire_client_rendezvous(subject->client),
                                                order->message->start) -
                subject->clock;
        }
    }
}

static void
run(Scene *self, NpTime duration)
{
    const NpTime step = 5 * NP_MSEC;
    NpTime until = np_sim_world_now(self->world) + duration;

    while (np_sim_world_now(self->world) < until) {
        g_assert_true(
            np_sim_world_run_until(self->world, np_sim_world_now(self->world) + step, NULL));
        for (guint i = 0; i < self->n; i++)
            attend(self, &self->subjects[i]);
    }
}

static NpTime
clock_of(const Scene *self, const Subject *subject)
{
    return np_sim_world_now(self->world) + subject->clock;
}

static void
call(Scene *self, Subject *subject, const char *peer)
{
    CU_ASSERT(np_rendezvous_client_call(np_wire_client_rendezvous(subject->client),
                                        clock_of(self, subject), peer));
    pump(subject);
}

static void
cancel(Subject *subject, const char *peer)
{
    np_rendezvous_client_cancel(np_wire_client_rendezvous(subject->client), peer);
    pump(subject);
}

/* What it was told since the last time; lives until the next call. */
static const char *
heard(Subject *subject)
{
    static char text[512];

    g_strlcpy(text, subject->log->str, sizeof text);
    g_string_truncate(subject->log, 0);
    return text;
}

/* Alice is near, Bob is far. */
static Scene *
scene_of_two(const char *bob_accepts)
{
    Scene *self = scene_new();
    NpSimNetwork *internet = np_sim_world_internet(self->world);

    add(self, internet, "198.51.100.1", "alice", "none", 5 * NP_MSEC);
    add(self, internet, "198.51.100.2", "bob", bob_accepts, 80 * NP_MSEC);
    run(self, NP_SECOND);
    heard(&self->subjects[0]);
    heard(&self->subjects[1]);
    return self;
}

static void
two_behind_nats_are_pushed_and_start_together(void)
{
    g_autoptr(Scene) scene = scene_new();
    NpNatPolicy policy = np_bench_policy();

    for (guint i = 0; i < 2; i++) {
        g_autofree char *name = g_strdup_printf("nat %u", i);
        g_autofree char *external = g_strdup_printf("198.51.100.%u", i + 1);

        add(scene,
            np_sim_nat_inside(np_sim_nat_new(np_sim_world_internet(scene->world), name, &policy,
                                             external, "10.0.0.1")),
            "10.0.0.2", i == 0 ? "alice" : "bob", "alice", i == 0 ? 5 * NP_MSEC : 80 * NP_MSEC);
    }
    run(scene, NP_SECOND);
    call(scene, &scene->subjects[0], "bob");
    run(scene, 2 * NP_SECOND);
    NP_ASSERT_STR(heard(&scene->subjects[0]), "online ringing token push");
    NP_ASSERT_STR(heard(&scene->subjects[1]), "online token push");
    NP_ASSERT_INT(scene->subjects[0].push.start, scene->subjects[1].push.start);
    CU_ASSERT(ABS(scene->subjects[0].start - scene->subjects[1].start) < NP_MSEC);
    NP_ASSERT_INT(scene->subjects[0].push.reflexive.at[0].bytes[3], 0x65);
}

static void
a_call_is_asked_about_and_rejected(void)
{
    g_autoptr(Scene) scene = scene_of_two("ask");

    call(scene, &scene->subjects[0], "bob");
    run(scene, NP_SECOND);
    NP_ASSERT_STR(heard(&scene->subjects[1]), "asked");
    cancel(&scene->subjects[1], "alice");
    run(scene, NP_SECOND);
    NP_ASSERT_STR(heard(&scene->subjects[0]), "ringing ended:rejected");
}

static void
accept_and_cancel_may_cross(void)
{
    g_autoptr(Scene) scene = scene_of_two("all");

    scene->subjects[1].behaves = FALSE;
    call(scene, &scene->subjects[0], "bob");
    /* Bob's acceptance is on its way. */
    run(scene, 120 * NP_MSEC);
    cancel(&scene->subjects[0], "bob");
    run(scene, NP_SECOND);
    NP_ASSERT_STR(heard(&scene->subjects[1]), "ended:cancelled");
    NP_ASSERT_INT(np_rendezvous_registry_n_calls(np_wire_server_registry(scene->server)), 0);
    NP_ASSERT_INT(
        np_rendezvous_client_n_calls(np_wire_client_rendezvous(scene->subjects[1].client)), 0);
}

static void
glare_becomes_one_call(void)
{
    g_autoptr(Scene) scene = scene_of_two("none");

    call(scene, &scene->subjects[0], "bob");
    call(scene, &scene->subjects[1], "alice");
    run(scene, 2 * NP_SECOND);
    CU_ASSERT(g_str_has_suffix(heard(&scene->subjects[0]), "token push"));
    CU_ASSERT(g_str_has_suffix(heard(&scene->subjects[1]), "token push"));
    NP_ASSERT_INT(scene->subjects[0].push.call == scene->subjects[1].push.call, TRUE);
    NP_ASSERT_INT(np_rendezvous_registry_counters(np_wire_server_registry(scene->server)).calls, 1);
}

static void
another_key_cannot_have_the_id(void)
{
    g_autoptr(Scene) scene = scene_of_two("none");
    Subject *other =
        add(scene, np_sim_world_internet(scene->world), "198.51.100.9", "alice", "all", NP_MSEC);

    run(scene, NP_SECOND);
    NP_ASSERT_STR(heard(other), "refused:id-taken");
    NP_ASSERT_STR(heard(&scene->subjects[0]), "");
}

static void
a_peer_that_dies_ends_the_call_in_time(void)
{
    g_autoptr(Scene) scene = scene_of_two("all");

    scene->subjects[1].behaves = FALSE;
    call(scene, &scene->subjects[0], "bob");
    run(scene, NP_SECOND);
    np_sim_process_stop(scene->subjects[1].process);
    run(scene, 40 * NP_SECOND);
    NP_ASSERT_STR(heard(&scene->subjects[0]), "ringing token ended:not-ready");
}

static void
a_cut_of_half_a_minute_ends_no_session(void)
{
    static const NpSimLink dead = { .loss = 1.0 };
    static const NpSimLink alive = { .delay = 10 * NP_MSEC };
    g_autoptr(Scene) scene = scene_of_two("all");

    np_sim_host_set_links(scene->subjects[0].host, &dead, &dead);
    call(scene, &scene->subjects[0], "bob");
    run(scene, 30 * NP_SECOND);
    np_sim_host_set_links(scene->subjects[0].host, &alive, &alive);
    run(scene, 30 * NP_SECOND);
    /* What was said while the path was dead has rung at Bob's before she is back. */
    NP_ASSERT_STR(heard(&scene->subjects[0]), "offline online token push");
    NP_ASSERT_STR(heard(&scene->subjects[1]), "token push");
}

static gboolean
all_online(const Scene *scene)
{
    for (guint i = 0; i < scene->n; i++)
        if (!np_rendezvous_client_is_online(np_wire_client_rendezvous(scene->subjects[i].client)))
            return FALSE;
    return TRUE;
}

static void
a_hundred_come_back_to_a_restarted_server_without_a_stampede(void)
{
    g_autoptr(Scene) scene = scene_new();
    guint64 before = 0;
    guint64 peak = 0;

    for (guint i = 0; i < MAX_CLIENTS; i++) {
        g_autofree char *address = g_strdup_printf("198.51.100.%u", i + 1);

        add(scene, np_sim_world_internet(scene->world), address, NULL, "none", 20 * NP_MSEC);
    }
    run(scene, NP_SECOND);
    CU_ASSERT(all_online(scene));
    stop_server(scene);
    start_server(scene);
    /* Each finds out with its next ping, which are all due in the same moment; and is then back
     * within 15 s. */
    for (guint i = 0; i < 350; i++) {
        guint64 logins = 0;

        run(scene, 100 * NP_MSEC);
        logins = np_rendezvous_registry_counters(np_wire_server_registry(scene->server)).logins;
        peak = MAX(peak, logins - before);
        before = logins;
    }
    CU_ASSERT(all_online(scene));
    NP_ASSERT_INT(before, MAX_CLIENTS);
    CU_ASSERT(peak <= 15);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(two_behind_nats_are_pushed_and_start_together),
        NP_TEST(a_call_is_asked_about_and_rejected),
        NP_TEST(accept_and_cancel_may_cross),
        NP_TEST(glare_becomes_one_call),
        NP_TEST(another_key_cannot_have_the_id),
        NP_TEST(a_peer_that_dies_ends_the_call_in_time),
        NP_TEST(a_cut_of_half_a_minute_ends_no_session),
        NP_TEST(a_hundred_come_back_to_a_restarted_server_without_a_stampede),
        { 0 },
    };

    return np_test_main("scenario.rendezvous", tests);
}
