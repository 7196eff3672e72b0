/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What each NAT does, for people as a table and for scripts as tab-separated KEY=VALUE
 *
 * The keys are those of natprobe's report, so that a script can hold one against the other.
 */

#include "natlab.h"

#include "nat/product.h"
#include "nat/spec.h"

#include <stdio.h>
#include <string.h>

static gboolean
parse(const char *arguments,
      const char *summary,
      gboolean *tsv,
      int *argc,
      char ***argv,
      GError **error)
{
    const GOptionEntry entries[] = {
        { "tsv", 0, 0, G_OPTION_ARG_NONE, tsv, "Print for scripts: SPEC and KEY=VALUE, with tabs",
          NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(arguments);

    g_option_context_set_summary(context, summary);
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static char *
value_text(const NpNatBehaviour *truth, NpNatAxis axis)
{
    const char *value = np_nat_axis_value(axis, np_nat_behaviour_value(truth, axis));
    const NpNatLaw *law = &truth->law;

    if (axis == NP_NAT_AXIS_HAIRPIN && truth->hairpin_needs == NP_NAT_HAIRPIN_NEEDS_BOTH_SEND)
        return g_strdup_printf("%s (%s)", value, np_nat_hairpin_needs_text(truth->hairpin_needs));
    if (axis == NP_NAT_AXIS_ALLOCATION && law->kind == NP_NAT_SEQUENTIAL)
        return g_strdup_printf("%s (step %d)", value, law->step);
    if (axis == NP_NAT_AXIS_ALLOCATION && law->kind == NP_NAT_BLOCK)
        return g_strdup_printf("%s (size %u)", value, law->block_size);
    return g_strdup(value);
}

static void
print_tsv(const char *spec, const NpNatBehaviour *truth)
{
    const NpNatLaw *law = &truth->law;

    printf("%s\treachable=%s", spec, truth->reachable ? "yes" : "no");
    for (guint i = NP_NAT_AXIS_NAT; truth->reachable && i < NP_NAT_N_AXES; i++)
        printf("\t%s=%s", np_nat_axis_key((NpNatAxis)i),
               np_nat_axis_value((NpNatAxis)i, np_nat_behaviour_value(truth, (NpNatAxis)i)));
    if (truth->reachable && truth->hairpin != NP_NAT_HAIRPIN_UNSUPPORTED)
        printf("\thairpin.needs=%s", np_nat_hairpin_needs_text(truth->hairpin_needs));
    if (truth->reachable && law->kind == NP_NAT_SEQUENTIAL)
        printf("\tallocation.step=%d", law->step);
    if (truth->reachable && law->kind == NP_NAT_BLOCK)
        printf("\tallocation.size=%u", law->block_size);
    if (truth->reachable && (law->kind == NP_NAT_RANDOM || law->kind == NP_NAT_BLOCK))
        printf("\tallocation.first=%u\tallocation.last=%u", law->first, law->last);
    putchar('\n');
}

static void
print_axes(const NpNatBehaviour *truth)
{
    for (guint i = 0; i < NP_NAT_N_AXES; i++) {
        g_autofree char *value = value_text(truth, (NpNatAxis)i);

        printf("  %-12s %s\n", np_nat_axis_key((NpNatAxis)i), value);
        if (i == NP_NAT_AXIS_REACHABLE && !truth->reachable)
            return;
    }
}

/* The axes on which presets differ; the others are in natlab show. */
static const NpNatAxis columns[] = {
    NP_NAT_AXIS_MAPPING, NP_NAT_AXIS_FILTERING,   NP_NAT_AXIS_ALLOCATION,
    NP_NAT_AXIS_HAIRPIN, NP_NAT_AXIS_UNSOLICITED, NP_NAT_AXIS_CGN,
};

#define N_CELLS (1 + G_N_ELEMENTS(columns))

static char **
make_headings(void)
{
    char **cells = g_new0(char *, N_CELLS + 1);

    cells[0] = g_strdup("preset");
    for (guint i = 1; i < N_CELLS; i++)
        cells[i] = g_strdup(np_nat_axis_key(columns[i - 1]));
    return cells;
}

static char **
make_row(const char *name, const NpNatBehaviour *truth)
{
    char **cells = g_new0(char *, N_CELLS + 1);

    cells[0] = g_strdup(name);
    for (guint i = 1; i < N_CELLS; i++)
        cells[i] = truth->reachable ? value_text(truth, columns[i - 1]) : g_strdup("-");
    return cells;
}

static void
print_table(const GPtrArray *rows)
{
    int widths[N_CELLS] = { 0 };

    for (guint i = 0; i < rows->len; i++)
        for (guint j = 0; j < N_CELLS; j++)
            widths[j] = MAX(widths[j], (int)strlen(((char **)rows->pdata[i])[j]));
    for (guint i = 0; i < rows->len; i++) {
        char **cells = rows->pdata[i];

        for (guint j = 0; j + 1 < N_CELLS; j++)
            printf("%-*s  ", widths[j], cells[j]);
        printf("%s\n", cells[N_CELLS - 1]);
    }
}

typedef struct {
    GPtrArray *rows; /* of cells */
    GString *summaries;
    gboolean tsv;
} Listing;

static void
add_name(Listing *self, const char *name, const char *summary)
{
    NpNatSpec spec = { 0 };
    NpNatBehaviour truth;

    if (!np_nat_spec_parse(&spec, name, NULL))
        g_assert_not_reached();
    truth = np_nat_spec_truth(&spec);
    if (self->tsv)
        print_tsv(name, &truth);
    g_ptr_array_add(self->rows, make_row(name, &truth));
    g_string_append_printf(self->summaries, "%s: %s\n", name, summary);
}

static void
add_everything(Listing *self)
{
    guint count = 0;
    const NpNatPreset *presets = np_nat_preset_all(&count);
    const NpNatProduct *products = NULL;

    g_ptr_array_add(self->rows, make_headings());
    g_string_append(self->summaries, "\nPresets, @kernel unless @model is asked for:\n");
    for (guint i = 0; i < count; i++)
        add_name(self, presets[i].name, presets[i].summary);
    products = np_nat_product_all(&count);
    g_string_append(self->summaries, "\nProducts, always @model:\n");
    for (guint i = 0; i < count; i++)
        add_name(self, products[i].name, products[i].summary);
}

int
natlab_list(int argc, char **argv)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_autoptr(GString) summaries = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Listing listing = { .rows = rows, .summaries = summaries };

    if (!parse(NULL, "Lists the presets, and what each does.", &listing.tsv, &argc, &argv,
               &error)) {
        fprintf(stderr, "natlab: %s\n", error->message);
        return NATLAB_EXIT_USAGE;
    }
    add_everything(&listing);
    if (listing.tsv)
        return 0;
    print_table(rows);
    fputs(summaries->str, stdout);
    return 0;
}

int
natlab_show(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    gboolean tsv = FALSE;

    if (!parse("SPEC...", "Shows what the NATs of each SPEC do together.", &tsv, &argc, &argv,
               &error)) {
        fprintf(stderr, "natlab: %s\n", error->message);
        return NATLAB_EXIT_USAGE;
    }
    if (argc < 2) {
        fprintf(stderr, "natlab: say which SPEC to show\n");
        return NATLAB_EXIT_USAGE;
    }
    for (int i = 1; i < argc; i++) {
        NpNatSpec spec;
        NpNatBehaviour truth;

        if (!np_nat_spec_parse(&spec, argv[i], &error)) {
            fprintf(stderr, "natlab: %s\n", error->message);
            return NATLAB_EXIT_USAGE;
        }
        truth = np_nat_spec_truth(&spec);
        if (tsv) {
            print_tsv(argv[i], &truth);
        } else {
            printf("%s\n", argv[i]);
            print_axes(&truth);
        }
    }
    return 0;
}
