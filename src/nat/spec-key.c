/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table: each key is words, a number, a time or a range of ports, and where it goes. Words stand
 * in the order of the enumeration they name.
 */

#include "nat/spec-key.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Seconds: what a test can wait for, and a week. */
#define MIN_SECONDS 0.1
#define MAX_SECONDS 604800.0

typedef enum {
    KIND_AXIS,    /* words of an axis of behaviour; an enumeration */
    KIND_WORDS,   /* of its own; an enumeration or a gboolean */
    KIND_NUMBER,  /* a guint */
    KIND_STEP,    /* a gint, not 0 */
    KIND_SECONDS, /* a NpTime */
    KIND_RANGE,   /* two guint16 */
} Kind;

static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const off_on[] = { "off", "on", NULL };
static const char *const new_same[] = { "new", "same", NULL };
static const char *const hairpins[] = { "off", "on", "both-send", "internal", "internal-both-send",
                                        NULL };
static const char *const orders[] = { "sequential", "random", "delta", NULL };
static const char *const allocations[] = { "preserving", "sequential", "random",
                                           "block",      "delta",      NULL };
static const char *const poolings[] = { "paired", "arbitrary", NULL };
static const char *const answers[] = { "none", "icmp", NULL };
static const char *const syn_answers[] = { "drop", "reset", "icmp", NULL };
static const char *const refreshes[] = { "outbound", "both", NULL };
static const char *const fragment_orders[] = { "any-order", "in-order", "dropped", NULL };
static const char *const fulls[] = { "drop", "evict", NULL };

typedef struct {
    const char *name;
    Kind kind;
    gsize offset;
    const char *const *words;
    NpNatAxis axis;
    gint64 least, most;
    gboolean model;     /* the kernel's NAT has no such thing */
    gboolean of_router; /* has a meaning without translation, too */
} Row;

#define AT(field) .offset = G_STRUCT_OFFSET(NpNatSpecSettings, field)
#define AXIS(of, field) .kind = KIND_AXIS, .axis = NP_NAT_AXIS_##of, AT(field)
#define WORDS(list, field) .kind = KIND_WORDS, .words = (list), AT(field)
#define NUMBER(from, to, field) .kind = KIND_NUMBER, .least = (from), .most = (to), AT(field)
#define SECONDS(field) .kind = KIND_SECONDS, AT(field)

static const Row rows[NP_NAT_SPEC_N_KEYS] = {
    [NP_NAT_SPEC_KEY_MAPPING] = { "mapping", AXIS(MAPPING, policy.mapping) },
    [NP_NAT_SPEC_KEY_FILTERING] = { "filtering", AXIS(FILTERING, policy.filtering),
                                    .of_router = TRUE },
    [NP_NAT_SPEC_KEY_ALLOCATION] = { "allocation", WORDS(allocations, allocation) },
    [NP_NAT_SPEC_KEY_STEP] = { "step", KIND_STEP, AT(policy.ports.step), .least = -30000,
                               .most = 30000 },
    [NP_NAT_SPEC_KEY_SIZE] = { "size", NUMBER(8, 8192, policy.ports.block_size) },
    [NP_NAT_SPEC_KEY_HAIRPIN] = { "hairpin", WORDS(hairpins, hairpin) },
    [NP_NAT_SPEC_KEY_UNSOLICITED] = { "unsolicited", AXIS(UNSOLICITED, policy.unsolicited),
                                      .of_router = TRUE },
    [NP_NAT_SPEC_KEY_TRAP] = { "trap", WORDS(off_on, trap), .of_router = TRUE },
    [NP_NAT_SPEC_KEY_CGN] = { "cgn", WORDS(no_yes, cgn) },
    [NP_NAT_SPEC_KEY_TCP_MAPPING] = { "tcp-mapping", AXIS(MAPPING, policy.tcp_mapping),
                                      .model = TRUE },
    [NP_NAT_SPEC_KEY_TCP_FILTERING] = { "tcp-filtering", AXIS(FILTERING, policy.tcp_filtering),
                                        .model = TRUE, .of_router = TRUE },
    [NP_NAT_SPEC_KEY_CLASH] = { "clash", WORDS(orders, clash), .model = TRUE },
    [NP_NAT_SPEC_KEY_RANGE] = { "range", KIND_RANGE, AT(range), .model = TRUE },
    [NP_NAT_SPEC_KEY_BLOCKS] = { "blocks",
                                 NUMBER(
                                     1, NP_NAT_MAX_BLOCKS_PER_HOST, policy.ports.blocks_per_host),
                                 .model = TRUE },
    [NP_NAT_SPEC_KEY_PARITY] = { "parity", WORDS(no_yes, policy.ports.keep_parity), .model = TRUE },
    [NP_NAT_SPEC_KEY_CLASS] = { "class", WORDS(no_yes, policy.ports.keep_class), .model = TRUE },
    [NP_NAT_SPEC_KEY_OVERLOAD] = { "overload", WORDS(no_yes, policy.ports.share), .model = TRUE },
    [NP_NAT_SPEC_KEY_REUSE] = { "reuse", WORDS(no_yes, policy.ports.reuse), .model = TRUE },
    [NP_NAT_SPEC_KEY_ADDRESSES] = { "addresses", NUMBER(1, NP_NAT_MAX_EXTERNAL, n_external),
                                    .model = TRUE },
    [NP_NAT_SPEC_KEY_POOLING] = { "pooling", WORDS(poolings, arbitrary), .model = TRUE },
    [NP_NAT_SPEC_KEY_SPOILT] = { "spoilt", SECONDS(policy.timers.unsolicited), .model = TRUE,
                                 .of_router = TRUE },
    [NP_NAT_SPEC_KEY_ANSWER] = { "answer", WORDS(answers, policy.answer), .model = TRUE,
                                 .of_router = TRUE },
    [NP_NAT_SPEC_KEY_SYN] = { "syn", WORDS(syn_answers, policy.syn_answer), .model = TRUE,
                              .of_router = TRUE },
    [NP_NAT_SPEC_KEY_CROSSING] = { "crossing", WORDS(no_yes, policy.tcp_crossing), .model = TRUE,
                                   .of_router = TRUE },
    [NP_NAT_SPEC_KEY_LOOSE] = { "loose", WORDS(no_yes, policy.tcp_loose), .model = TRUE,
                                .of_router = TRUE },
    [NP_NAT_SPEC_KEY_FRAGMENTS] = { "fragments", WORDS(fragment_orders, policy.fragments),
                                    .model = TRUE, .of_router = TRUE },
    [NP_NAT_SPEC_KEY_ALG] = { "alg", WORDS(no_yes, policy.alg), .model = TRUE },
    [NP_NAT_SPEC_KEY_RETURN] = { "return", WORDS(new_same, policy.replies_keep_mapping),
                                 .model = TRUE },
    [NP_NAT_SPEC_KEY_REFRESH] = { "refresh", WORDS(refreshes, policy.refresh), .model = TRUE,
                                  .of_router = TRUE },
    [NP_NAT_SPEC_KEY_LIFETIME] = { "lifetime", SECONDS(policy.timers.udp), .model = TRUE,
                                   .of_router = TRUE },
    [NP_NAT_SPEC_KEY_STREAM] = { "stream", SECONDS(policy.timers.udp_stream), .model = TRUE,
                                 .of_router = TRUE },
    [NP_NAT_SPEC_KEY_TCP_OPENING] = { "tcp-opening", SECONDS(policy.timers.tcp_transitory),
                                      .model = TRUE, .of_router = TRUE },
    [NP_NAT_SPEC_KEY_TCP_LIFETIME] = { "tcp-lifetime", SECONDS(policy.timers.tcp_established),
                                       .model = TRUE, .of_router = TRUE },
    [NP_NAT_SPEC_KEY_TCP_RESET] = { "tcp-reset", SECONDS(policy.timers.tcp_reset), .model = TRUE,
                                    .of_router = TRUE },
    [NP_NAT_SPEC_KEY_ECHO_LIFETIME] = { "echo-lifetime", SECONDS(policy.timers.echo), .model = TRUE,
                                        .of_router = TRUE },
    [NP_NAT_SPEC_KEY_MAPPINGS] = { "mappings", NUMBER(1, 4000000, policy.limits.mappings),
                                   .model = TRUE, .of_router = TRUE },
    [NP_NAT_SPEC_KEY_PER_HOST] = { "per-host", NUMBER(1, 65535, policy.limits.mappings_per_host),
                                   .model = TRUE, .of_router = TRUE },
    [NP_NAT_SPEC_KEY_PPS] = { "pps", NUMBER(1, 10000000, policy.limits.packets_per_second),
                              .model = TRUE, .of_router = TRUE },
    [NP_NAT_SPEC_KEY_FULL] = { "full", WORDS(fulls, policy.limits.full), .model = TRUE,
                               .of_router = TRUE },
    [NP_NAT_SPEC_KEY_UDP] = { "udp", WORDS(no_yes, policy.passes_udp), .model = TRUE,
                              .of_router = TRUE },
};

gboolean
np_nat_spec_key_find(const char *name, NpNatSpecKey *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_str_equal(rows[i].name, name)) {
            *key = (NpNatSpecKey)i;
            return TRUE;
        }
    }
    return FALSE;
}

const char *
np_nat_spec_key_name(NpNatSpecKey key)
{
    return rows[key].name;
}

static char *
axis_words(NpNatAxis axis)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < np_nat_axis_n_values(axis); i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", np_nat_axis_value(axis, i));
    return g_string_free(text, FALSE);
}

char *
np_nat_spec_key_values(NpNatSpecKey key)
{
    const Row *row = &rows[key];

    switch (row->kind) {
    case KIND_AXIS:
        return axis_words(row->axis);
    case KIND_WORDS:
        return g_strjoinv(", ", (char **)row->words);
    case KIND_NUMBER:
        return g_strdup_printf("%d to %d", (int)row->least, (int)row->most);
    case KIND_STEP:
        return g_strdup_printf("%d to %d without 0", (int)row->least, (int)row->most);
    case KIND_SECONDS:
        return g_strdup_printf("%g to %.0f seconds", MIN_SECONDS, MAX_SECONDS);
    case KIND_RANGE:
        return g_strdup("FIRST-LAST with ports from 1 to 65535");
    }
    g_return_val_if_reached(NULL);
}

char *
np_nat_spec_key_names(gboolean model)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (!rows[i].model == !model)
            g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ", rows[i].name);
    return g_string_free(text, FALSE);
}

gboolean
np_nat_spec_key_needs_model(NpNatSpecKey key)
{
    return rows[key].model;
}

gboolean
np_nat_spec_key_needs_nat(NpNatSpecKey key)
{
    return !rows[key].of_router;
}

/* All enumerations and booleans here are as wide as an int. */
static gboolean
apply_word(const char *const *words, const char *value, gpointer to)
{
    for (guint i = 0; words[i] != NULL; i++) {
        if (g_str_equal(words[i], value)) {
            *(guint *)to = i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
apply_number(const Row *row, const char *value, gpointer to)
{
    gint64 number = 0;

    if (!g_ascii_string_to_signed(value, 10, row->least, row->most, &number, NULL))
        return FALSE;
    *(gint *)to = (gint)number;
    return TRUE;
}

static gboolean
apply_seconds(const char *value, NpTime *to)
{
    char *end = NULL;
    double seconds = 0;

    if (!g_ascii_isdigit(value[0]))
        return FALSE;
    seconds = g_ascii_strtod(value, &end);
    if (*end != '\0' || !(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS))
        return FALSE;
    *to = (NpTime)(seconds * (double)NP_SECOND);
    return TRUE;
}

static gboolean
apply_range(const char *value, guint16 range[2])
{
    const char *dash = strchr(value, '-');
    g_autofree char *from = dash == NULL ? NULL : g_strndup(value, (gsize)(dash - value));
    guint64 ports[2];

    if (dash == NULL || !g_ascii_string_to_unsigned(from, 10, 1, G_MAXUINT16, &ports[0], NULL) ||
        !g_ascii_string_to_unsigned(dash + 1, 10, ports[0], G_MAXUINT16, &ports[1], NULL))
        return FALSE;
    range[0] = (guint16)ports[0];
    range[1] = (guint16)ports[1];
    return TRUE;
}

gboolean
np_nat_spec_key_apply(NpNatSpecKey key, const char *value, NpNatSpecSettings *settings)
{
    const Row *row = &rows[key];
    gpointer to = G_STRUCT_MEMBER_P(settings, row->offset);

    settings->given[key] = TRUE;
    switch (row->kind) {
    case KIND_AXIS:
        return np_nat_axis_find_value(row->axis, value, to);
    case KIND_WORDS:
        return apply_word(row->words, value, to);
    case KIND_NUMBER:
        return apply_number(row, value, to);
    case KIND_STEP:
        return apply_number(row, value, to) && *(gint *)to != 0;
    case KIND_SECONDS:
        return apply_seconds(value, to);
    case KIND_RANGE:
        return apply_range(value, to);
    }
    g_return_val_if_reached(FALSE);
}
