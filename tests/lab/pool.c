/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "pool.h"

#include "nat/product.h"

#include <gio/gio.h>

#define JOBS_PER_CORE 2

/* Beside presets and products themselves. */
static const char *const variants[] = {
    "port-restricted,hairpin=on",
    "port-restricted,hairpin=both-send",
    "port-restricted,trap=on",
    "full-cone,hairpin=on",
    "restricted,hairpin=on",
    "restricted,trap=on",
    "symmetric-sequential,step=7",
    "symmetric-sequential,step=-2",
    "block,size=128",
    /* What no rules make of the kernel's NAT. */
    "full-cone@model,mapping=address-and-port-dependent",
    "full-cone@model,addresses=8,pooling=arbitrary",
    "port-restricted@model,allocation=random,unsolicited=remapped",
    "address-dependent@model,filtering=address-and-port-dependent,unsolicited=blocked",
    "symmetric-sequential@model,step=-300,range=20000-59999",
    "port-restricted@model,hairpin=internal-both-send",
    "port-restricted@model,answer=icmp,refresh=both,lifetime=20",
};

typedef struct {
    NpTrial trial;
    NpTrialResult result;
    gboolean done;
} Job;

typedef struct {
    const char *programs;
    GMutex mutex;
    GCond finished;
} Shift;

void
np_pool_init(NpPool *self)
{
    self->jobs = g_array_new(FALSE, TRUE, sizeof(Job));
}

void
np_pool_clear(NpPool *self)
{
    g_clear_pointer(&self->jobs, g_array_unref);
}

void
np_pool_add(NpPool *self, const char *spec, guint delay_ms, double loss_percent, guint seed)
{
    Job job = {
        .trial = { .spec = spec, .delay_ms = delay_ms, .loss_percent = loss_percent, .seed = seed },
    };

    g_array_append_val(self->jobs, job);
}

void
np_pool_add_every_nat(NpPool *self, double loss_percent, guint seed)
{
    guint n_presets = 0;
    const NpNatPreset *presets = np_nat_preset_all(&n_presets);
    guint n_products = 0;
    const NpNatProduct *products = np_nat_product_all(&n_products);

    for (guint i = 0; i < n_presets; i++)
        np_pool_add(self, presets[i].name, NP_POOL_DELAY_MS, loss_percent, seed);
    for (guint i = 0; i < n_products; i++)
        np_pool_add(self, products[i].name, NP_POOL_DELAY_MS, loss_percent, seed);
    for (guint i = 0; i < G_N_ELEMENTS(variants); i++)
        np_pool_add(self, variants[i], NP_POOL_DELAY_MS, loss_percent, seed);
}

static void
work(gpointer data, gpointer user)
{
    Job *job = data;
    Shift *shift = user;

    np_trial_run(&job->trial, shift->programs, &job->result);
    g_mutex_lock(&shift->mutex);
    job->done = TRUE;
    g_cond_broadcast(&shift->finished);
    g_mutex_unlock(&shift->mutex);
}

void
np_pool_run(NpPool *self, const char *programs, NpPoolEach each, gpointer user)
{
    Shift shift = { .programs = programs };
    gint n_threads = (gint)g_get_num_processors() * JOBS_PER_CORE;
    GThreadPool *threads = NULL;

    g_mutex_init(&shift.mutex);
    g_cond_init(&shift.finished);
    threads = g_thread_pool_new(work, &shift, n_threads, FALSE, NULL);
    for (guint i = 0; i < self->jobs->len; i++)
        g_thread_pool_push(threads, &g_array_index(self->jobs, Job, i), NULL);
    for (guint i = 0; i < self->jobs->len; i++) {
        Job *job = &g_array_index(self->jobs, Job, i);

        g_mutex_lock(&shift.mutex);
        while (!job->done)
            g_cond_wait(&shift.finished, &shift.mutex);
        g_mutex_unlock(&shift.mutex);
        each(&job->trial, &job->result, user);
        np_trial_result_clear(&job->result);
    }
    g_thread_pool_free(threads, FALSE, TRUE);
    g_mutex_clear(&shift.mutex);
    g_cond_clear(&shift.finished);
}

char *
np_pool_programs(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *here = g_path_get_dirname(self != NULL ? self : ".");

    return g_build_filename(here, "..", "..", "tools", NULL);
}

gboolean
np_pool_lab_works(const char *programs)
{
    g_autofree char *natlab = g_build_filename(programs, "natlab", NULL);
    const char *const arguments[] = { natlab, "run", "--left", "open", "--", "true", NULL };
    g_autoptr(GSubprocess) process = g_subprocess_newv(
        arguments, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);

    return process != NULL && g_subprocess_wait_check(process, NULL, NULL);
}
