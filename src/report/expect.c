/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/expect.h"

#include <string.h>

#include "report/finding.h"

typedef struct {
    char *name; /* as it was typed */
    gboolean v6;
    guint key;
    guint allowed; /* bit 1 << value */
} Expectation;

struct NpExpect {
    GPtrArray *list; /* of Expectation */
};

G_DEFINE_QUARK(np_expect_error, np_expect_error)

static void
free_expectation(gpointer data)
{
    Expectation *self = data;

    g_free(self->name);
    g_free(self);
}

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
    g_autofree char *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, NP_EXPECT_ERROR, NP_EXPECT_ERROR_MALFORMED, message);
    return FALSE;
}

static char *
list_keys(void)
{
    GString *text = g_string_new(NULL);

    for (guint key = 0; key < NP_FINDING_N_KEYS; key++)
        g_string_append_printf(text, "%s%s", key > 0 ? ", " : "", np_finding_key(key));
    return g_string_free(text, FALSE);
}

static char *
list_values(guint key)
{
    GString *text = g_string_new(NULL);

    for (guint value = 0; value < np_finding_n_values(key); value++)
        g_string_append_printf(text, "%s%s", value > 0 ? ", " : "", np_finding_value(key, value));
    return g_string_free(text, FALSE);
}

static gboolean
parse_key(Expectation *self, const char *text, GError **error)
{
    g_autofree char *keys = list_keys();
    const char *key = text;

    if (g_str_has_prefix(text, "tcp.") || g_str_has_prefix(text, "tcp6."))
        return refuse(error, "\"%s\" cannot be expected: only UDP is measured, as udp. and udp6.",
                      text);
    self->v6 = g_str_has_prefix(text, "udp6.");
    if (self->v6 || g_str_has_prefix(text, "udp."))
        key = strchr(text, '.') + 1;
    if (!np_finding_find(key, &self->key))
        return refuse(error, "\"%s\" is nothing that can be expected; what can is %s", text, keys);
    return TRUE;
}

static gboolean
parse_values(Expectation *self, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, "|", -1);

    if (words[0] == NULL)
        return refuse(error, "\"%s\" is not an expectation: a value is missing", self->name);
    for (guint i = 0; words[i] != NULL; i++) {
        g_autofree char *values = list_values(self->key);
        guint value = 0;

        if (!np_finding_find_value(self->key, g_strstrip(words[i]), &value))
            return refuse(error, "\"%s\" is not a value of %s; its values are %s", words[i],
                          np_finding_key(self->key), values);
        self->allowed |= 1u << value;
    }
    return TRUE;
}

static gboolean
parse_one(Expectation *self, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    gboolean negated = equals != NULL && equals > text && equals[-1] == '!';
    g_autofree char *key = NULL;

    if (equals == NULL)
        return refuse(error,
                      "\"%s\" is not an expectation: it needs a key, = or !=, and a value, as in "
                      "mapping=endpoint-independent",
                      text);
    self->name = g_strdup(text);
    key = g_strstrip(g_strndup(text, equals - text - (negated ? 1 : 0)));
    if (!parse_key(self, key, error) || !parse_values(self, equals + 1, error))
        return FALSE;
    if (negated)
        self->allowed = ~self->allowed;
    return TRUE;
}

NpExpect *
np_expect_new(void)
{
    NpExpect *self = g_new0(NpExpect, 1);

    self->list = g_ptr_array_new_with_free_func(free_expectation);
    return self;
}

void
np_expect_free(NpExpect *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->list);
    g_free(self);
}

gboolean
np_expect_add(NpExpect *self, const char *text, GError **error)
{
    g_autoptr(GPtrArray) added = g_ptr_array_new_with_free_func(free_expectation);
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);

    if (parts[0] == NULL)
        return parse_one(&(Expectation){ 0 }, "", error);
    for (guint i = 0; parts[i] != NULL; i++) {
        Expectation *one = g_new0(Expectation, 1);

        g_ptr_array_add(added, one);
        if (!parse_one(one, g_strstrip(parts[i]), error))
            return FALSE;
    }
    g_ptr_array_extend_and_steal(self->list, g_steal_pointer(&added));
    return TRUE;
}

static void
evaluate(const Expectation *self, const NpProfile *profile, NpDocument *document)
{
    g_auto(NpFinding) finding = { 0 };
    g_autofree char *sure = NULL;
    g_autofree char *detail = NULL;
    NpCheckOutcome outcome = NP_CHECK_UNDECIDED;

    if (profile != NULL)
        finding = np_finding(profile, self->key);
    if (!finding.measured) {
        np_document_check(document, self->name, NP_CHECK_UNDECIDED, "it was not measured");
        return;
    }
    if ((finding.possible & ~self->allowed) == 0)
        outcome = NP_CHECK_PASSED;
    else if ((finding.possible & self->allowed) == 0)
        outcome = NP_CHECK_FAILED;
    sure = np_finding_percent(finding.confidence);
    detail =
        g_strdup_printf("it is %s, %s sure%s%s", finding.text, sure,
                        finding.why != NULL ? ": " : "", finding.why != NULL ? finding.why : "");
    np_document_check(document, self->name, outcome, detail);
}

void
np_expect_evaluate(const NpExpect *self,
                   const NpProfile *udp,
                   const NpProfile *udp6,
                   NpDocument *document)
{
    for (guint i = 0; i < self->list->len; i++) {
        const Expectation *one = self->list->pdata[i];

        evaluate(one, one->v6 ? udp6 : udp, document);
    }
}
