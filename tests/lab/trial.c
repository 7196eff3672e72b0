/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "trial.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#define SEPARATOR "=== next"

const NpNatAxis np_trial_axes[] = {
    NP_NAT_AXIS_REACHABLE, NP_NAT_AXIS_NAT,         NP_NAT_AXIS_MAPPING,
    NP_NAT_AXIS_FILTERING, NP_NAT_AXIS_ALLOCATION,  NP_NAT_AXIS_POOLING,
    NP_NAT_AXIS_HAIRPIN,   NP_NAT_AXIS_UNSOLICITED, NP_NAT_AXIS_CGN,
};
const guint np_trial_n_axes = G_N_ELEMENTS(np_trial_axes);

/* What a blocked path, or one without NAT, has nothing to say about. */
static gboolean
applies(const NpNatBehaviour *truth, NpNatAxis axis)
{
    if (axis == NP_NAT_AXIS_REACHABLE)
        return TRUE;
    if (!truth->reachable)
        return FALSE;
    /* A pool in which a host keeps to one address is one address, as far as the host can see. */
    if (axis == NP_NAT_AXIS_POOLING)
        return truth->translated && truth->pooling != NP_NAT_POOLING_PAIRED;
    return truth->translated || (axis != NP_NAT_AXIS_HAIRPIN && axis != NP_NAT_AXIS_ALLOCATION);
}

static char *
truth_text(const NpNatBehaviour *truth, NpNatAxis axis)
{
    const char *value = np_nat_axis_value(axis, np_nat_behaviour_value(truth, axis));

    if (axis == NP_NAT_AXIS_ALLOCATION && truth->law.kind == NP_NAT_SEQUENTIAL)
        return g_strdup_printf("%s %+d", value, truth->law.step);
    if (axis == NP_NAT_AXIS_HAIRPIN && truth->hairpin != NP_NAT_HAIRPIN_UNSUPPORTED)
        return g_strdup_printf("%s, needs %s", value,
                               np_nat_hairpin_needs_text(truth->hairpin_needs));
    return g_strdup(value);
}

/* cgn stands beside udp in the document, everything else within. */
static JsonObject *
find_verdict(JsonObject *root, NpNatAxis axis)
{
    JsonObject *holder = root;
    const char *key = np_nat_axis_key(axis);

    if (axis != NP_NAT_AXIS_CGN) {
        if (!json_object_has_member(root, "udp"))
            return NULL;
        holder = json_object_get_object_member(root, "udp");
    }
    return json_object_has_member(holder, key) ? json_object_get_object_member(holder, key) : NULL;
}

static char *
verdict_text(JsonObject *verdict, NpNatAxis axis)
{
    const char *value = json_object_get_string_member(verdict, "verdict");

    if (axis == NP_NAT_AXIS_ALLOCATION && json_object_has_member(verdict, "step"))
        return g_strdup_printf("%s %+" G_GINT64_FORMAT, value,
                               json_object_get_int_member(verdict, "step"));
    if (axis == NP_NAT_AXIS_HAIRPIN && json_object_has_member(verdict, "needs")) {
        gboolean internal =
            g_strcmp0(json_object_get_string_member_with_default(verdict, "source", ""),
                      "internal") == 0;

        return g_strdup_printf("%s, needs %s", internal ? "supported-internal" : value,
                               json_object_get_string_member(verdict, "needs"));
    }
    return g_strdup(value);
}

static gboolean
is_possible(JsonObject *verdict, const char *value)
{
    JsonArray *possible = json_object_get_array_member(verdict, "possible");

    for (guint i = 0; possible != NULL && i < json_array_get_length(possible); i++)
        if (g_str_equal(json_array_get_string_element(possible, i), value))
            return TRUE;
    return FALSE;
}

/* A hairpin that keeps the internal source cannot be seen from one host, where the packet would
 * bear the host's own address. Naming it as possible is the whole truth then. */
static gboolean
is_beyond_one_host(const NpNatBehaviour *truth, NpNatAxis axis)
{
    return axis == NP_NAT_AXIS_HAIRPIN && truth->hairpin == NP_NAT_HAIRPIN_SUPPORTED_INTERNAL;
}

static void
score(JsonObject *root, const NpNatBehaviour *truth, NpNatAxis axis, NpTrialAxis *result)
{
    JsonObject *verdict = find_verdict(root, axis);
    const char *value = np_nat_axis_value(axis, np_nat_behaviour_value(truth, axis));

    result->truth = truth_text(truth, axis);
    result->verdict = verdict != NULL ? verdict_text(verdict, axis) : g_strdup("absent");
    if (g_str_equal(result->truth, result->verdict) ||
        (is_beyond_one_host(truth, axis) && verdict != NULL && is_possible(verdict, value)))
        result->score = NP_SCORE_RIGHT;
    else if (verdict == NULL || g_str_equal(result->verdict, "unknown"))
        result->score = NP_SCORE_UNKNOWN;
    /* It leaned to the more common of two that it named as possible, and said why. */
    else if (json_object_get_array_member(verdict, "possible") != NULL &&
             json_array_get_length(json_object_get_array_member(verdict, "possible")) > 1 &&
             is_possible(verdict, value))
        result->score = NP_SCORE_UNKNOWN;
    else
        result->score = NP_SCORE_FALSE;
}

static void
judge(const char *text, const char *complaint, const NpNatBehaviour *truth, NpTrialRun *run)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    JsonObject *root = NULL;

    if (!json_parser_load_from_data(parser, text, -1, &error) ||
        json_parser_get_root(parser) == NULL ||
        !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser))) {
        run->failure = g_strdup_printf("no result: %s", complaint);
        return;
    }
    root = json_node_get_object(json_parser_get_root(parser));
    run->milliseconds = json_object_get_double_member_with_default(root, "duration_ms", 0);
    for (guint i = 0; i < np_trial_n_axes; i++) {
        NpTrialAxis *axis = &run->axes[np_trial_axes[i]];

        axis->applies = applies(truth, np_trial_axes[i]);
        if (axis->applies)
            score(root, truth, np_trial_axes[i], axis);
    }
}

static void
fail(NpTrialResult *result, const char *why)
{
    for (guint i = 0; i < NP_TRIAL_RUNS; i++)
        result->runs[i].failure = g_strdup(why);
}

void
np_trial_run(const NpTrial *self, const char *programs, NpTrialResult *result)
{
    g_autofree char *natlab = g_build_filename(programs, "natlab", NULL);
    g_autofree char *delay = g_strdup_printf("%u", self->delay_ms);
    g_autofree char *loss = g_strdup_printf("%g", self->loss_percent);
    g_autofree char *seed = g_strdup_printf("%u", self->seed);
    g_autofree char *script = g_strdup_printf(
        "'%s/natprobe' -4 --json \"$NATLAB_SERVER:2222\" \"$NATLAB_SERVER:3333\"; echo '%s'; "
        "'%s/natprobe' -4 --json \"$NATLAB_SERVER_ALT:2222\" \"$NATLAB_SERVER_ALT:3333\"; true",
        programs, SEPARATOR, programs);
    const char *const arguments[] = { natlab, "run",    "--left", self->spec, "--delay",
                                      delay,  "--loss", loss,     "--seed",   seed,
                                      "--",   "sh",     "-c",     script,     NULL };
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process = NULL;
    g_autofree char *output = NULL;
    g_autofree char *complaint = NULL;
    g_auto(GStrv) documents = NULL;
    NpNatSpec spec;
    NpNatBehaviour truth;

    *result = (NpTrialResult){ 0 };
    if (!np_nat_spec_parse(&spec, self->spec, &error)) {
        fail(result, error->message);
        return;
    }
    truth = np_nat_spec_truth(&spec);
    process = g_subprocess_newv(
        arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
    if (process == NULL ||
        !g_subprocess_communicate_utf8(process, NULL, NULL, &output, &complaint, &error)) {
        fail(result, error->message);
        return;
    }
    documents = g_strsplit(output, SEPARATOR, NP_TRIAL_RUNS);
    if (g_strv_length(documents) != NP_TRIAL_RUNS) {
        fail(result, complaint);
        return;
    }
    for (guint i = 0; i < NP_TRIAL_RUNS; i++)
        judge(documents[i], complaint, &truth, &result->runs[i]);
}

void
np_trial_result_clear(NpTrialResult *result)
{
    for (guint i = 0; i < NP_TRIAL_RUNS; i++) {
        for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
            g_free(result->runs[i].axes[axis].verdict);
            g_free(result->runs[i].axes[axis].truth);
        }
        g_free(result->runs[i].failure);
    }
}
