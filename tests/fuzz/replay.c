/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Runs a fuzz target over files: the arguments, or else its corpus in the source tree
 *
 * Each file is tried as it is, cut off everywhere, and with random bytes changed; always the same
 * ones, since the stream is seeded with the file's name. Prints TAP, a test for each file.
 */

#include "fuzz/fuzz.h"
#include "util/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATIONS 200
#define MAX_CHANGES 4

static void
try_truncations(const guint8 *data, gsize size)
{
    for (gsize cut = 0; cut < size; cut++)
        LLVMFuzzerTestOneInput(data, cut);
}

static void
try_mutations(const char *name, const guint8 *data, gsize size)
{
    NpRng seed = np_rng_from_number(0);
    NpRng rng = np_rng_split(&seed, name);

    for (guint i = 0; i < MUTATIONS && size > 0; i++) {
        g_autofree guint8 *copy = g_memdup2(data, size);
        guint changes = 1 + np_rng_below(&rng, MAX_CHANGES);

        for (guint k = 0; k < changes; k++)
            copy[np_rng_below(&rng, (guint32)size)] = (guint8)np_rng_u32(&rng);
        LLVMFuzzerTestOneInput(copy, size);
    }
}

static gboolean
replay(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *data = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;

    if (!g_file_get_contents(path, &data, &size, &error)) {
        printf("# %s\n", error->message);
        return FALSE;
    }
    LLVMFuzzerTestOneInput((const guint8 *)data, size);
    try_truncations((const guint8 *)data, size);
    try_mutations(name, (const guint8 *)data, size);
    return TRUE;
}

static gint
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files of @folder, in an order that does not depend on the file system. */
static void
list(GPtrArray *paths, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(paths, compare);
}

int
main(int argc, char **argv)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    gboolean green = TRUE;

    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            g_ptr_array_add(paths, g_strdup(argv[i]));
    } else {
        /* replay-stun-message goes over the corpus of fuzz-stun-message. */
        g_autofree char *program = g_path_get_basename(argv[0]);
        g_autofree char *target =
            g_strdup_printf("fuzz-%s", g_str_has_prefix(program, "replay-") ? program + 7 : "");
        const char *root = g_getenv("top_srcdir");
        g_autofree char *corpus =
            g_build_filename(root != NULL ? root : ".", "tests", "fuzz", "corpus", target, NULL);

        list(paths, corpus);
    }
    printf("1..%u\n", MAX(paths->len, 1));
    for (guint i = 0; i < paths->len; i++) {
        gboolean held = replay(g_ptr_array_index(paths, i));
        g_autofree char *name = g_path_get_basename(g_ptr_array_index(paths, i));

        printf("%s %u - %s and its neighbours\n", held ? "ok" : "not ok", i + 1, name);
        fflush(stdout);
        green = green && held;
    }
    if (paths->len == 0)
        puts("not ok 1 - there is a corpus");
    return green && paths->len > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
