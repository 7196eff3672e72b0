/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "natlab-options.h"

#include <stdio.h>
#include <unistd.h>

/* A minute: more is a mistake in the unit. */
#define MAX_DELAY_MS 60000.0

void
natlab_options_init(NatlabOptions *self)
{
    *self = (NatlabOptions){ .seed = 1 };
}

void
natlab_options_clear(NatlabOptions *self)
{
    for (guint i = 0; i < NP_LAB_N_SITES; i++)
        g_free(self->specs[i]);
    g_free(self->server);
    g_free(self->natprobed);
}

void
natlab_options_add(NatlabOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        { "left", 0, 0, G_OPTION_ARG_STRING, &self->specs[NP_LAB_LEFT],
          "NAT in front of the left host (default: open)", "SPEC" },
        { "right", 0, 0, G_OPTION_ARG_STRING, &self->specs[NP_LAB_RIGHT],
          "Have a right site, behind this NAT", "SPEC" },
        { "third", 0, 0, G_OPTION_ARG_STRING, &self->specs[NP_LAB_THIRD],
          "Have a third site, behind this NAT", "SPEC" },
        { "delay", 0, 0, G_OPTION_ARG_DOUBLE, &self->delay_ms,
          "One-way delay between a site and the internet", "MS" },
        { "jitter", 0, 0, G_OPTION_ARG_DOUBLE, &self->jitter_ms, "Up to so much more delay", "MS" },
        { "loss", 0, 0, G_OPTION_ARG_DOUBLE, &self->loss_percent, "Packets lost, each way",
          "PERCENT" },
        { "seed", 0, 0, G_OPTION_ARG_INT64, &self->seed,
          "Which packets are lost, and which ports a model draws (default: 1)", "N" },
        { "server-cmd", 0, 0, G_OPTION_ARG_STRING, &self->server,
          "Run this on the server instead of natprobed", "CMD" },
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

static gboolean
refuse(GError **error, const char *why)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, why);
    return FALSE;
}

static gboolean
check(const NatlabOptions *self, GError **error)
{
    if (!(self->delay_ms >= 0 && self->delay_ms <= MAX_DELAY_MS))
        return refuse(error, "--delay is in milliseconds, from 0 to 60000");
    if (!(self->jitter_ms >= 0 && self->jitter_ms <= MAX_DELAY_MS))
        return refuse(error, "--jitter is in milliseconds, from 0 to 60000");
    if (!(self->loss_percent >= 0 && self->loss_percent <= 100))
        return refuse(error, "--loss is in percent, from 0 to 100");
    return TRUE;
}

/* Beside natlab itself, as in a build directory; else in PATH. */
static char *
find_natprobed(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *directory = self == NULL ? NULL : g_path_get_dirname(self);
    g_autofree char *beside =
        directory == NULL ? NULL : g_build_filename(directory, "natprobed", NULL);

    if (beside != NULL && access(beside, X_OK) == 0)
        return g_steal_pointer(&beside);
    return g_find_program_in_path("natprobed");
}

static gboolean
read_specs(NatlabOptions *self,
           const gboolean needed[NP_LAB_N_SITES],
           NpLabPlan *plan,
           GError **error)
{
    for (guint i = 0; i < NP_LAB_N_SITES; i++) {
        if (self->specs[i] == NULL && needed[i])
            self->specs[i] = g_strdup("open");
        if (self->specs[i] == NULL)
            continue;
        if (!np_nat_spec_parse(&self->parsed[i], self->specs[i], error)) {
            g_prefix_error(error, "--%s ", np_lab_side_text((NpLabSide)i));
            return FALSE;
        }
        plan->specs[i] = &self->parsed[i];
        plan->spec_texts[i] = self->specs[i];
    }
    return TRUE;
}

gboolean
natlab_options_plan(NatlabOptions *self,
                    const gboolean needed[NP_LAB_N_SITES],
                    NpLabPlan *plan,
                    GError **error)
{
    *plan = (NpLabPlan){ 0 };
    if (!check(self, error) || !read_specs(self, needed, plan, error))
        return FALSE;
    if (self->server == NULL)
        self->natprobed = find_natprobed();
    if (self->server == NULL && self->natprobed == NULL)
        fprintf(stderr, "natlab: no natprobed beside natlab or in PATH, so nothing serves at %s\n",
                NP_LAB_SERVER);
    plan->wire = (NpLabWireConfig){
        .delay = (NpTime)(self->delay_ms * NP_MSEC),
        .jitter = (NpTime)(self->jitter_ms * NP_MSEC),
        .loss = self->loss_percent / 100,
        .seed = (guint64)self->seed,
    };
    plan->server = self->server;
    plan->natprobed = self->natprobed;
    return TRUE;
}
