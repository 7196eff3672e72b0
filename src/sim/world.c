/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "sim/world.h"

#include "sim/network.h"
#include "util/heap.h"

#define DEFAULT_MAX_STEPS 10000000
#define DEFAULT_MAX_TIME (3600 * NP_SECOND)
/* Far more than any scenario has in flight: a world that holds more is a loop. */
#define MAX_PENDING (1u << 22)
/* Routers on the way between any two nodes of the internet: a low-TTL packet can pass its own NAT
 * and die before the peer's. */
#define INTERNET_HOPS 4
#define INTERNET_ROUTER "198.18.0.1" /* RFC 2544: never a host's address */
/* Between any node and the middle of the internet. */
#define INTERNET_DELAY (5 * NP_MSEC)

typedef struct {
    gpointer component;
    GDestroyNotify destroy;
} Adopted;

struct NpSimWorld {
    NpRng rng;
    NpTime now;
    NpHeap schedule; /* of NpSimEvent */
    gboolean overflowed;
    NpSimTrace trace;
    GArray *adopted; /* of Adopted */
    NpSimNetwork *internet;
    guint64 max_steps;
    NpTime max_time;
};

G_DEFINE_QUARK(np - sim - error, np_sim_error)

static void
set_error(const NpSimWorld *self, GError **error, NpSimError code, const char *what)
{
    g_autofree char *tail = np_sim_trace_tail(&self->trace);

    g_set_error(error, NP_SIM_ERROR, code, "%s at %.6f s; the last that happened:\n%s", what,
                (double)self->now / NP_SECOND, tail);
}

static void
fire_next(NpSimWorld *self)
{
    NpTime when = 0;
    gpointer event = NULL;

    np_heap_pop(&self->schedule, &when, &event);
    self->now = MAX(self->now, when);
    ((NpSimEvent *)event)->fire(event, self->now);
}

NpSimWorld *
np_sim_world_new(guint64 seed)
{
    static const NpSimLink link = { .delay = INTERNET_DELAY };
    NpSimWorld *self = g_new0(NpSimWorld, 1);

    self->rng = np_rng_from_number(seed);
    self->max_steps = DEFAULT_MAX_STEPS;
    self->max_time = DEFAULT_MAX_TIME;
    self->adopted = g_array_new(FALSE, FALSE, sizeof(Adopted));
    np_heap_init(&self->schedule, MAX_PENDING);
    np_sim_trace_init(&self->trace);
    self->internet = np_sim_network_new(self, "internet");
    np_sim_network_set_hops(self->internet, INTERNET_HOPS, INTERNET_ROUTER);
    np_sim_network_set_default_link(self->internet, &link);
    return self;
}

void
np_sim_world_free(NpSimWorld *self)
{
    gpointer item = NULL;

    while (np_heap_pop(&self->schedule, NULL, &item)) {
        NpSimEvent *event = item;

        if (event->discard != NULL)
            event->discard(event);
    }
    for (guint i = self->adopted->len; i > 0; i--) {
        const Adopted *adopted = &g_array_index(self->adopted, Adopted, i - 1);

        adopted->destroy(adopted->component);
    }
    g_array_unref(self->adopted);
    np_heap_clear(&self->schedule);
    np_sim_trace_clear(&self->trace);
    g_free(self);
}

NpTime
np_sim_world_now(const NpSimWorld *self)
{
    return self->now;
}

NpSimNetwork *
np_sim_world_internet(NpSimWorld *self)
{
    return self->internet;
}

guint64
np_sim_world_digest(const NpSimWorld *self)
{
    return self->trace.digest;
}

void
np_sim_world_watch(NpSimWorld *self, NpSimWatch watch, gpointer data)
{
    self->trace.watch = watch;
    self->trace.watch_data = data;
}

void
np_sim_world_set_caps(NpSimWorld *self, guint64 max_steps, NpTime max_time)
{
    self->max_steps = max_steps;
    self->max_time = max_time;
}

gboolean
np_sim_world_run(NpSimWorld *self, NpSimDone done, gpointer data, GError **error)
{
    NpTime end = self->now + self->max_time;
    NpTime next = 0;

    for (guint64 step = 0; !done(data); step++) {
        if (self->overflowed) {
            set_error(self, error, NP_SIM_ERROR_FULL, "too many events are pending");
            return FALSE;
        }
        if (!np_heap_peek(&self->schedule, &next, NULL)) {
            set_error(self, error, NP_SIM_ERROR_QUIET, "nothing is left to happen");
            return FALSE;
        }
        if (next > end) {
            set_error(self, error, NP_SIM_ERROR_TIME, "the time cap is reached");
            return FALSE;
        }
        if (step == self->max_steps) {
            set_error(self, error, NP_SIM_ERROR_STEPS, "the step cap is reached");
            return FALSE;
        }
        fire_next(self);
    }
    return TRUE;
}

gboolean
np_sim_world_run_until(NpSimWorld *self, NpTime until, GError **error)
{
    NpTime next = 0;

    for (guint64 step = 0; np_heap_peek(&self->schedule, &next, NULL) && next <= until; step++) {
        if (self->overflowed) {
            set_error(self, error, NP_SIM_ERROR_FULL, "too many events are pending");
            return FALSE;
        }
        if (step == self->max_steps) {
            set_error(self, error, NP_SIM_ERROR_STEPS, "the step cap is reached");
            return FALSE;
        }
        fire_next(self);
    }
    self->now = MAX(self->now, until);
    return TRUE;
}

NpSimTrace *
np_sim_world_trace(NpSimWorld *self)
{
    return &self->trace;
}

NpRng
np_sim_world_rng(const NpSimWorld *self, const char *kind, const char *name)
{
    g_autofree char *stream = g_strdup_printf("%s %s", kind, name);

    return np_rng_split(&self->rng, stream);
}

void
np_sim_world_schedule(NpSimWorld *self, NpTime when, NpSimEvent *event)
{
    if (np_heap_push(&self->schedule, MAX(when, self->now), event))
        return;
    self->overflowed = TRUE;
    if (event->discard != NULL)
        event->discard(event);
}

void
np_sim_world_adopt(NpSimWorld *self, gpointer component, GDestroyNotify destroy)
{
    Adopted adopted = { .component = component, .destroy = destroy };

    g_array_append_val(self->adopted, adopted);
}
