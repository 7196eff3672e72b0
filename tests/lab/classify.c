/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * natprobe behind the NATs of the lab: does it say what is true?
 *
 * With --demo a few NATs, for people: each verdict next to the truth. Otherwise every NAT once
 * without and once with loss, as TAP.
 */

#include <gio/gio.h>
#include <stdio.h>

#include "pool.h"

#define LOSS_PERCENT 5

static const char *const demo_specs[] = {
    "open",
    "full-cone",
    "restricted",
    "port-restricted",
    "port-restricted,hairpin=on,trap=on",
    "symmetric-random",
    "symmetric-sequential,step=3",
    "block,size=512",
    "double",
    "udp-blocked",
};

static void
print_run(const NpTrial *trial, const NpTrialResult *result, gpointer user)
{
    const NpTrialRun *run = &result->runs[0];
    gboolean *all_right = user;

    if (run->failure != NULL) {
        *all_right = FALSE;
        printf("\n%s: %s\n", trial->spec, run->failure);
        return;
    }
    printf("\n%s (%.0f ms)\n  %-13s %-32s %s\n", trial->spec, run->milliseconds, "axis",
           "natprobe says", "the truth");
    for (guint i = 0; i < np_trial_n_axes; i++) {
        const NpTrialAxis *axis = &run->axes[np_trial_axes[i]];

        if (!axis->applies)
            continue;
        printf("%s %-13s %-32s %s\n", axis->score == NP_SCORE_RIGHT ? " " : "!",
               np_nat_axis_key(np_trial_axes[i]), axis->verdict, axis->truth);
        if (axis->score != NP_SCORE_RIGHT)
            *all_right = FALSE;
    }
    fflush(stdout);
}

static int
demo(const char *programs)
{
    NpPool pool;
    gboolean all_right = TRUE;

    np_pool_init(&pool);
    for (guint i = 0; i < G_N_ELEMENTS(demo_specs); i++)
        np_pool_add(&pool, demo_specs[i], NP_POOL_DELAY_MS, 0, 1);
    np_pool_run(&pool, programs, print_run, &all_right);
    np_pool_clear(&pool);
    printf("\n%s\n",
           all_right ? "Every verdict is the truth." : "Lines marked ! are not the truth.");
    return all_right ? 0 : 1;
}

typedef struct {
    guint n;
    guint n_failed;
} Tap;

/* Under loss "cannot tell" is honest; a falsehood never is. */
static gboolean
is_wrong(const NpTrialAxis *axis, double loss_percent)
{
    return axis->applies && (axis->score == NP_SCORE_FALSE ||
                             (axis->score == NP_SCORE_UNKNOWN && loss_percent == 0));
}

static void
print_tap(const NpTrial *trial, const NpTrialResult *result, gpointer user)
{
    Tap *tap = user;

    for (guint i = 0; i < NP_TRIAL_RUNS; i++) {
        const NpTrialRun *run = &result->runs[i];
        g_autoptr(GString) wrong = g_string_new(run->failure);

        for (guint j = 0; run->failure == NULL && j < np_trial_n_axes; j++) {
            const NpTrialAxis *axis = &run->axes[np_trial_axes[j]];

            if (is_wrong(axis, trial->loss_percent))
                g_string_append_printf(
                    wrong, "%s%s is %s, natprobe says %s", wrong->len > 0 ? "; " : "",
                    np_nat_axis_key(np_trial_axes[j]), axis->truth, axis->verdict);
        }
        tap->n++;
        tap->n_failed += wrong->len > 0;
        g_strdelimit(wrong->str, "\n", ' ');
        printf("%s %u - %s, %g %% loss, from address %u of the server\n",
               wrong->len > 0 ? "not ok" : "ok", tap->n, trial->spec, trial->loss_percent, i + 1);
        if (wrong->len > 0)
            printf("# %s\n", wrong->str);
        fflush(stdout);
    }
}

static int
check(const char *programs)
{
    NpPool pool;
    Tap tap = { 0 };

    if (!np_pool_lab_works(programs)) {
        printf("1..0 # SKIP this system cannot make a lab\n");
        return 0;
    }
    np_pool_init(&pool);
    np_pool_add_every_nat(&pool, 0, 1);
    np_pool_add_every_nat(&pool, LOSS_PERCENT, 2);
    printf("1..%u\n", pool.jobs->len * NP_TRIAL_RUNS);
    np_pool_run(&pool, programs, print_tap, &tap);
    np_pool_clear(&pool);
    return tap.n_failed == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    g_autofree char *programs = np_pool_programs();
    gboolean want_demo = FALSE;
    const GOptionEntry entries[] = {
        { "demo", 0, 0, G_OPTION_ARG_NONE, &want_demo, "A few NATs, for people", NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "classify: %s\n", error->message);
        return 2;
    }
    return want_demo ? demo(programs) : check(programs);
}
