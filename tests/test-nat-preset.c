/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/preset.h"

#include <string.h>

static void
names_are_words_of_a_spec_and_found_again(void)
{
    guint count = 0;
    const NpNatPreset *presets = np_nat_preset_all(&count);
    g_autofree char *names = np_nat_preset_names();

    NP_REQUIRE(count > 0);
    for (guint i = 0; i < count; i++) {
        const char *name = presets[i].name;

        NP_ASSERT_ROW(strspn(name, "abcdefghijklmnopqrstuvwxyz-") == strlen(name), name);
        NP_ASSERT_ROW(np_nat_preset_find(name) == &presets[i], name);
        NP_ASSERT_ROW(strstr(names, name) != NULL, name);
    }
    CU_ASSERT(np_nat_preset_find("") == NULL);
    CU_ASSERT(np_nat_preset_find("Open") == NULL);
}

static void
summaries_are_one_line_without_a_full_stop(void)
{
    guint count = 0;
    const NpNatPreset *presets = np_nat_preset_all(&count);

    for (guint i = 0; i < count; i++) {
        const char *summary = presets[i].summary;

        NP_ASSERT_ROW(strchr(summary, '\n') == NULL, summary);
        NP_ASSERT_ROW(!g_str_has_suffix(summary, "."), summary);
        NP_ASSERT_ROW(strlen(summary) < 80, summary);
    }
}

static void
numbers_of_the_law_go_with_its_kind(void)
{
    guint count = 0;
    const NpNatPreset *presets = np_nat_preset_all(&count);

    for (guint i = 0; i < count; i++) {
        for (guint j = 0; j < presets[i].n_layers; j++) {
            const NpNatBehaviour *layer = &presets[i].layers[j];
            const NpNatLaw *law = &layer->law;
            gboolean ranged = law->kind == NP_NAT_RANDOM || law->kind == NP_NAT_BLOCK;

            NP_ASSERT_ROW((law->step != 0) == (law->kind == NP_NAT_SEQUENTIAL), presets[i].name);
            NP_ASSERT_ROW((law->last != 0) == ranged, presets[i].name);
            NP_ASSERT_ROW((law->block_size != 0) == (law->kind == NP_NAT_BLOCK), presets[i].name);
            NP_ASSERT_ROW(layer->translated || law->kind == NP_NAT_PRESERVING, presets[i].name);
        }
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(names_are_words_of_a_spec_and_found_again),
        NP_TEST(summaries_are_one_line_without_a_full_stop),
        NP_TEST(numbers_of_the_law_go_with_its_kind),
        { 0 },
    };

    return np_test_main("nat.preset", tests);
}
